import { type Refusal, tokenRefused, type Unknown, type Verdict } from '../verdict/verdict.ts'
import { claimsOfProved } from './claims.ts'

/** Judges one token. A permission of null: none is needed. */
export type Ask = (token: string, permission: string | null) => Promise<Verdict>

/** What the first question found. `misconfigured`: Latchkey answers, and no later question will go better. */
export type Probe = { kind: 'answered' } | { kind: 'misconfigured'; reason: string } | Unknown

export type AskerOptions = {
  url: string
  serviceKey: string | null
  /** Called with each verdict that Latchkey was asked for. */
  heard: (verdict: Verdict) => void
}

/** Milliseconds. Latchkey answers within two seconds. */
const askTimeoutMs = 2_500

/** Longer ones are not sent: Latchkey would refuse the headers instead of the token. Its own have about 600 characters. */
const longestToken = 8_192

/** `b64token` (RFC 6750 §2.1). Anything else cannot stand in the header. */
const tokenShape = /^[A-Za-z0-9._~+/-]+=*$/

/** What Latchkey refuses a caller with. Every other answer is not its own, or not about the caller. */
const refusals: Record<string, Refusal['status']> = {
  validation_failed: 400,
  access_token_invalid: 401,
  access_token_expired: 401,
  session_revoked: 401,
  session_expired: 401,
  permission_denied: 403,
  rate_limited: 429,
}

/** Asks `GET /v1/verify` about every token: a session that was revoked is refused with its next request. */
export function createAsker({ url, serviceKey, heard }: AskerOptions): { ask: Ask; probe(): Promise<Probe> } {
  async function send(query: string, headers: Record<string, string>): Promise<Answer | Unknown> {
    try {
      const init = {
        headers: {
          ...headers,
          ...(serviceKey === null ? {} : { 'x-latchkey-service-key': serviceKey }),
        },
        redirect: 'error',
        // Next.js keeps answers to GET otherwise.
        cache: 'no-store',
        signal: AbortSignal.timeout(askTimeoutMs),
      } as const
      const response = await fetch(`${url}/v1/verify${query}`, init)
      const body = await response.text()
      return {
        kind: 'answer',
        status: response.status,
        headers: response.headers,
        problem: problemIn(response, body),
      }
    } catch (error) {
      return unknown(`Latchkey does not answer: ${String(error)}`)
    }
  }

  return {
    async ask(token, permission) {
      if (token.length > longestToken || !tokenShape.test(token)) return malformed
      const query = permission === null ? '' : `?${new URLSearchParams({ permission })}`
      const headers = { authorization: `Bearer ${token}`, 'x-latchkey-include': 'permissions' }
      const answer = await send(query, headers)
      const verdict = answer.kind === 'unknown' ? answer : verdictIn(token, answer)
      heard(verdict)
      return verdict
    },

    /** Asks without a token. Only Latchkey answers that with its own 401. */
    async probe() {
      const answer = await send('', {})
      if (answer.kind === 'unknown') return answer
      switch (answer.problem['code']) {
        case 'authentication_required':
          return { kind: 'answered' }
        case 'service_key_invalid':
          return { kind: 'misconfigured', reason: 'Latchkey does not know the service key' }
        case 'insufficient_scope':
          return { kind: 'misconfigured', reason: 'the service key needs the scope verify' }
        default:
          return unknownAnswer(answer)
      }
    },
  }
}

type Answer = { kind: 'answer'; status: number; headers: Headers; problem: Record<string, unknown> }

const malformed = tokenRefused('access_token_invalid', 'The access token is not valid')

function verdictIn(token: string, answer: Answer): Verdict {
  return answer.status === 204 ? signedIn(token, answer.headers) : refusal(answer)
}

/** Client type and end are in the token, which the 204 proves; the rest is as Latchkey has it now. */
function signedIn(token: string, headers: Headers): Verdict {
  const userId = headers.get('x-user-id')
  const sessionId = headers.get('x-session-id')
  const claims = claimsOfProved(token)
  const clientType = claims?.text('client_id') ?? null
  const expiresAt = claims?.instant('exp') ?? null
  if (userId === null || sessionId === null || clientType === null || expiresAt === null) {
    return unknown('the server that answers 204 at this URL is not Latchkey')
  }
  const permissions = headers.get('x-user-permissions')
  return {
    kind: 'signed_in',
    userId,
    sessionId,
    roles: listIn(headers.get('x-user-roles') ?? ''),
    permissions: permissions === null ? null : listIn(permissions).map(decodeURIComponent),
    clientType,
    expiresAt,
    source: 'asked',
  }
}

function listIn(text: string): string[] {
  return text.split(',').filter(name => name !== '')
}

/** A refusal counts only as Latchkey's own problem: a proxy in between may say 401 for reasons of its own. */
function refusal(answer: Answer): Verdict {
  const { code, title, requires } = answer.problem
  const status = typeof code === 'string' ? refusals[code] : undefined
  if (typeof code !== 'string' || status !== answer.status) return unknownAnswer(answer)
  const message = typeof title === 'string' ? title : code
  if (status === 401) return tokenRefused(code, message)
  const retryAfter = answer.headers.get('retry-after')
  return {
    kind: 'refused',
    status,
    code,
    message: typeof requires === 'string' ? `${message}: ${requires}` : message,
    headers: retryAfter === null ? {} : { 'retry-after': retryAfter },
    ...(typeof requires === 'string' ? { requires } : {}),
  }
}

function unknownAnswer({ status, headers, problem }: Answer): Unknown {
  const code = typeof problem['code'] === 'string' ? ` ${problem['code']}` : ''
  return unknown(`Latchkey answers ${status}${code}`, secondsIn(headers.get('retry-after')))
}

function unknown(reason: string, retryAfterSeconds = 1): Unknown {
  return { kind: 'unknown', retryAfterSeconds, reason }
}

/** RFC 9110 §10.2.3; a date counts as one second, since clocks are not compared. */
function secondsIn(retryAfter: string | null): number {
  return retryAfter !== null && /^\d{1,5}$/.test(retryAfter) ? Math.max(1, Number(retryAfter)) : 1
}

function problemIn({ headers }: Response, body: string): Record<string, unknown> {
  if (headers.get('content-type') !== 'application/problem+json') return {}
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
