import type { Problem, ProblemCode } from './api.ts'

/** The codes of the service, and the failures of the client. */
export type LatchkeyErrorCode =
  | ProblemCode
  /** No complete response arrived: it is unknown whether the request took effect. */
  | 'network_error'
  /** The response is not from Latchkey, but for example from a proxy in front of it. */
  | 'unexpected_answer'
  /** Another tab of the same session took too long to refresh. */
  | 'busy'
  /** Not thrown: see `storageError`. */
  | 'storage_failed'
  /** The request would have sent the token to an origin that is not listed. */
  | 'origin_not_allowed'

/** Every failure of the client. Decide by `code`; the message is for people and can change. */
export class LatchkeyError extends Error {
  readonly code: LatchkeyErrorCode
  /** The HTTP status; 0 without a response. */
  readonly status: number
  /** Why a session was revoked, or an account locked. */
  readonly reason: string | undefined
  readonly retryAfterSeconds: number | undefined
  /** The complete problem (RFC 9457): `detail`, `errors`, `unlock`, `requires`, `requestId`. */
  readonly problem: Problem | undefined

  constructor(
    code: LatchkeyErrorCode,
    message: string,
    told: {
      status?: number
      problem?: Problem
      retryAfterSeconds?: number | undefined
      cause?: unknown
    } = {},
  ) {
    super(message, { cause: told.cause })
    this.name = 'LatchkeyError'
    this.code = code
    this.status = told.status ?? 0
    this.reason = told.problem?.reason
    this.retryAfterSeconds = told.retryAfterSeconds
    this.problem = told.problem
  }
}

/** The problem in an answer, whose body stays unread; undefined where there is none. */
export async function problemIn(answer: Response): Promise<Problem | undefined> {
  if (answer.headers.get('content-type')?.startsWith('application/problem+json') !== true) return undefined
  return await answer
    .clone()
    .json()
    .catch(() => undefined)
}

/** The body of a success, null where it has none; its type is for the caller to know. */
export async function jsonIn(answer: Response) {
  if (answer.status === 204) return null
  try {
    return await answer.json()
  } catch (cause) {
    throw new LatchkeyError('unexpected_answer', 'The answer is not JSON', { status: answer.status, cause })
  }
}

export async function errorOf(answer: Response): Promise<LatchkeyError> {
  const { status } = answer
  const retryAfterSeconds = retryAfterSecondsOf(answer)
  const problem = await problemIn(answer)
  if (problem === undefined) {
    return new LatchkeyError('unexpected_answer', `HTTP ${status}`, { status, retryAfterSeconds })
  }
  return new LatchkeyError(problem.code, problem.detail ?? problem.title, {
    status,
    problem,
    retryAfterSeconds,
  })
}

/** Undefined also for a date, which would depend on another clock (RFC 9110 §10.2.3). */
export function retryAfterSecondsOf(answer: Response): number | undefined {
  const value = answer.headers.get('retry-after')
  return value !== null && /^\d+$/.test(value) ? Number(value) : undefined
}
