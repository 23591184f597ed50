import type { Problem, ProblemCode } from './api.ts'

/** The codes of the service, and what can go wrong on the way to it. */
export type LatchkeyErrorCode =
  | ProblemCode
  /** No answer came, or only a part of one: whether the request took effect is not known. */
  | 'network_error'
  /** Something answered that is not Latchkey, such as a proxy in front of it. */
  | 'unexpected_answer'
  /** A tab of the same session has kept the others waiting for too long. */
  | 'busy'
  /** Not thrown: see `storageError`. */
  | 'storage_failed'
  /** The token would have gone to an origin that is not on the list. */
  | 'origin_not_allowed'

/** Every failure of the client. Decide by `code`; the message is for people, and may be reworded. */
export class LatchkeyError extends Error {
  readonly code: LatchkeyErrorCode
  /** The HTTP status; 0 where there was no answer. */
  readonly status: number
  /** Why a session was revoked, or an account locked. */
  readonly reason: string | undefined
  readonly retryAfterSeconds: number | undefined
  /** All that the service has said (RFC 9457): `detail`, `errors`, `unlock`, `requires`, `requestId`. */
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

/** Undefined also where it names an instant: that would be somebody else's clock (RFC 9110 §10.2.3). */
export function retryAfterSecondsOf(answer: Response): number | undefined {
  const value = answer.headers.get('retry-after')
  return value !== null && /^\d+$/.test(value) ? Number(value) : undefined
}
