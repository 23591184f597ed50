import type { Verdict } from './verdict.ts'

/** An answer as problem+json (RFC 9457), for a framework without an adapter. */
export type Problem = { status: number; headers: Record<string, string>; body: string }

export type NotSignedIn = Exclude<Verdict, { kind: 'signed_in' }>

/** The answer to a request that is not let in. A verdict that is unknown is a 503 `latchkey_unavailable`. */
export function problemFor(verdict: NotSignedIn): Problem {
  const { status, code, message, headers, requires } = refusalFor(verdict)
  const type = `https://latchkey.dev/problems/${code}`
  return {
    status,
    headers: { ...headers, 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
    body: JSON.stringify({
      type,
      title: message,
      status,
      code,
      ...(requires === undefined ? {} : { requires }),
    }),
  }
}

/** What a verdict other than `signed_in` says, as one shape. */
export function refusalFor(verdict: NotSignedIn) {
  if (verdict.kind === 'refused') return verdict
  return {
    status: 503,
    code: 'latchkey_unavailable',
    message: 'The session cannot be verified right now',
    headers: { 'retry-after': String(verdict.retryAfterSeconds) },
    requires: undefined,
  } as const
}
