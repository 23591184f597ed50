import { monotonicMs, sleep } from '../clock.ts'
import { LatchkeyError, problemIn, retryAfterSecondsOf } from '../error.ts'

const firstDelayMs = 250
const longestDelayMs = 8_000

export type Persistence = {
  /** For how long, all in all, a request is sent again. */
  patienceMs: number
  /** Whether it does no harm to send the request twice. */
  isRepeatable: boolean
  signal?: AbortSignal | null | undefined
  /** Of the service; left out for calls of other services, whose lists of origins have other names. */
  origin?: string
}

type Outcome = { kind: 'answered'; answer: Response } | { kind: 'lost'; cause: unknown }

/**
 * Sends a request until there is an answer that says something: again after a lost connection, a 429 and a gateway's
 * or the service's 5xx, with waits that grow and vary, and never shorter than `Retry-After`. Once the next wait would
 * go past the patience, the last answer is returned; without one it throws `network_error`.
 */
export async function persist(
  send: () => Promise<Response>,
  { patienceMs, isRepeatable, signal, origin }: Persistence,
): Promise<Response> {
  const startedAt = monotonicMs()
  for (let failures = 0; ; failures++) {
    const outcome = await outcomeOf(send)
    signal?.throwIfAborted()
    const waitMs = backoffMs(failures, outcome)
    const isOver = monotonicMs() - startedAt + waitMs > patienceMs
    if (isOver || !(await maySendAgain(outcome, isRepeatable))) {
      if (outcome.kind === 'answered') return outcome.answer
      throw unreachable(outcome.cause, origin)
    }
    await sleep(waitMs, signal)
  }
}

/** A browser reports a rejected origin as it reports a lost connection: a `TypeError` without a reason. */
function unreachable(cause: unknown, service?: string): LatchkeyError {
  const page = globalThis.location?.origin
  const mayBeRejected = page && service && page !== service && cause instanceof TypeError && navigator.onLine
  return new LatchkeyError(
    'network_error',
    `The service could not be reached${mayBeRejected ? `, or ALLOWED_ORIGINS lacks ${page}` : ''}`,
    { cause },
  )
}

async function outcomeOf(send: () => Promise<Response>): Promise<Outcome> {
  try {
    return { kind: 'answered', answer: await send() }
  } catch (cause) {
    return { kind: 'lost', cause }
  }
}

/** What is not idempotent is sent again only where the answer says that nothing was done. */
async function maySendAgain(outcome: Outcome, isRepeatable: boolean): Promise<boolean> {
  if (outcome.kind === 'lost') return isRepeatable
  const { answer } = outcome
  if (answer.status === 429) return true
  if (![502, 503, 504].includes(answer.status)) return false
  return isRepeatable || (await problemIn(answer))?.code === 'overloaded'
}

/** Between half and all of a delay that doubles: clients that failed together do not come back together. */
function backoffMs(failures: number, outcome: Outcome): number {
  const delayMs = Math.min(firstDelayMs * 2 ** failures, longestDelayMs) * (0.5 + Math.random() / 2)
  const askedMs = outcome.kind === 'answered' ? (retryAfterSecondsOf(outcome.answer) ?? 0) * 1000 : 0
  return Math.max(delayMs, askedMs)
}

/** RFC 9110 §9.2.2. */
export function isIdempotent(method: string): boolean {
  return ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'].includes(method)
}
