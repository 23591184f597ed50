import { type Static, type TSchema, Type } from 'typebox'
import { Compile } from 'typebox/compile'

/** Part of the contract in the words of a client: what the demo relies on, and no more. */
const Tokens = Type.Object({
  accessToken: Type.String({ minLength: 1 }),
  expiresIn: Type.Integer({ minimum: 1 }),
  refreshToken: Type.String({ minLength: 1 }),
  refreshExpiresIn: Type.Integer({ minimum: 1 }),
  sessionId: Type.String({ minLength: 1 }),
})

const DeviceList = Type.Object({
  sessions: Type.Array(
    Type.Object({
      id: Type.String(),
      current: Type.Boolean(),
      clientType: Type.String(),
      device: Type.Object({
        type: Type.String(),
        os: Type.Union([Type.String(), Type.Null()]),
        browser: Type.Union([Type.String(), Type.Null()]),
      }),
      ipAddress: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
})

const Refusal = Type.Object({ code: Type.String(), reason: Type.Optional(Type.String()) })

export type Tokens = Static<typeof Tokens>
export type DeviceList = Static<typeof DeviceList>

export interface Answer {
  /** `POST /v1/auth/refresh at B`, for messages. */
  to: string
  status: number
  text: string
  /** Milliseconds from sending the request to having the whole answer. */
  tookMs: number
}

export interface Call {
  method: 'GET' | 'POST' | 'DELETE'
  path: string
  body?: unknown
  accessToken?: string
  userAgent: string
}

/** Throws when there is no answer; any status is one. */
export async function ask(server: { name: string; url: string }, call: Call): Promise<Answer> {
  const to = `${call.method} ${call.path} at ${server.name}`
  const headers = new Headers({ 'user-agent': call.userAgent })
  if (call.accessToken !== undefined) headers.set('authorization', `Bearer ${call.accessToken}`)
  if (call.body !== undefined) headers.set('content-type', 'application/json')
  const sentAt = performance.now()
  try {
    const response = await fetch(`${server.url}${call.path}`, {
      method: call.method,
      headers,
      body: call.body === undefined ? null : JSON.stringify(call.body),
      signal: AbortSignal.timeout(10_000),
    })
    const text = await response.text()
    return { to, status: response.status, text, tookMs: performance.now() - sentAt }
  } catch (error) {
    // What fetch throws says only that it failed; the cause says how.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    throw new Error(`${to} had no answer: ${cause instanceof Error ? cause.message : cause}`, {
      cause: error,
    })
  }
}

export const tokensIn = reader(Tokens, 'a pair of tokens')
export const devicesIn = reader(DeviceList, 'a list of sessions')

/** Throws unless it is 204, which is all that such an answer says. */
export function accepted(answer: Answer): void {
  if (answer.status !== 204) throw unexpected(answer, 'status 204')
}

/** Throws unless it is a 401 with that code. */
export function refused(answer: Answer, code: string): void {
  if (answer.status !== 401 || codeOf(answer) !== code) throw unexpected(answer, `401 ${code}`)
}

/** `204`, or `401 session_revoked`. */
export function outcomeOf(answer: Answer): string {
  return [answer.status, codeOf(answer)].filter(Boolean).join(' ')
}

const refusal = Compile(Refusal)

function codeOf(answer: Answer): string | undefined {
  const body = parsed(answer.text)
  return refusal.Check(body) ? body.code : undefined
}

function reader<T extends TSchema>(schema: T, what: string): (answer: Answer) => Static<T> {
  const validator = Compile(schema)
  return answer => {
    const body = parsed(answer.text)
    if (answer.status !== 200 || !validator.Check(body)) throw unexpected(answer, `status 200 with ${what}`)
    return body
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A refusal is told in full; anything else could be a token, which belongs into no log. */
function unexpected(answer: Answer, expected: string): Error {
  const detail = codeOf(answer) === undefined ? '' : `: ${answer.text}`
  return new Error(
    `${answer.to} should have answered ${expected}, and answered ${outcomeOf(answer)}${detail}`,
  )
}
