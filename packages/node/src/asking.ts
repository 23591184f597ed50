import { createHash } from 'node:crypto'
import QuickLRU from 'quick-lru'
import type { Caller, Verdict } from './verdict.ts'

/** Milliseconds. Latchkey answers within two seconds, whatever happens to it. */
const askTimeoutMs = 2_500

/** A yes takes some 300 bytes. */
const answersKept = 10_000

/** What Latchkey says no with. Every other answer is not its own, or not about the caller. */
const refusals: Record<string, 400 | 401 | 403 | 429> = {
  validation_failed: 400,
  access_token_invalid: 401,
  access_token_expired: 401,
  session_revoked: 401,
  session_expired: 401,
  permission_denied: 403,
  rate_limited: 429,
}

/**
 * Asks Latchkey about every token: a session that was revoked is out with its next request. With `cacheSeconds` a yes, and
 * only a yes, is used again for as long as that.
 */
export function createAsker(options: { url: string; serviceKey: string | null; cacheSeconds: number }) {
  const { url, serviceKey, cacheSeconds } = options
  const maxAge = cacheSeconds * 1_000
  const answers = maxAge > 0 ? new QuickLRU<string, Caller>({ maxSize: answersKept, maxAge }) : null

  return async function ask(token: string, permission: string | null): Promise<Verdict> {
    const key = `${createHash('sha256').update(token).digest('base64')} ${permission ?? ''}`
    const known = answers?.get(key)
    if (known !== undefined) return { kind: 'signed_in', caller: known }
    const verdict = await request(token, permission)
    if (verdict.kind === 'signed_in') answers?.set(key, verdict.caller)
    return verdict
  }

  async function request(token: string, permission: string | null): Promise<Verdict> {
    const query = permission === null ? '' : `?${new URLSearchParams({ permission })}`
    try {
      const response = await fetch(`${url}/v1/verify${query}`, {
        headers: {
          authorization: `Bearer ${token}`,
          ...(serviceKey === null ? {} : { 'x-latchkey-service-key': serviceKey }),
        },
        redirect: 'error',
        signal: AbortSignal.timeout(askTimeoutMs),
      })
      const body = await response.text()
      return response.status === 204 ? signedIn(response.headers) : refusal(response, body)
    } catch (error) {
      return { kind: 'unknown', reason: `Latchkey does not answer: ${String(error)}` }
    }
  }
}

function signedIn(headers: Headers): Verdict {
  const userId = headers.get('x-user-id')
  const sessionId = headers.get('x-session-id')
  if (userId === null || sessionId === null) {
    return { kind: 'unknown', reason: 'what answers 204 at this URL is not Latchkey' }
  }
  const roles = (headers.get('x-user-roles') ?? '').split(',').filter(role => role !== '')
  return { kind: 'signed_in', caller: { userId, sessionId, roles } }
}

/** A no counts only as Latchkey's own problem; a proxy between may say 401 for reasons that are not the caller's. */
function refusal({ status, headers }: Response, body: string): Verdict {
  const problem = headers.get('content-type') === 'application/problem+json' ? parse(body) : {}
  const { code, title, requires } = problem
  const retryAfter = headers.get('retry-after')
  const patience = retryAfter === null ? {} : { retryAfter }
  if (typeof code !== 'string' || refusals[code] !== status) {
    const reason = `Latchkey answers ${status}${typeof code === 'string' ? ` ${code}` : ''}`
    return { kind: 'unknown', reason, ...patience }
  }
  return {
    kind: 'refused',
    statusCode: refusals[code],
    code,
    message: typeof requires === 'string' ? `${title}: ${requires}` : String(title ?? code),
    ...(typeof requires === 'string' ? { requires } : {}),
    ...patience,
  }
}

function parse(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
