import { setTimeout as sleep } from 'node:timers/promises'
import { goodPassword } from './service.ts'

/** An answer, with its body read. */
export type Answer = { status: number; headers: Headers; body: Record<string, unknown> }

export type Tokens = { accessToken: string; refreshToken: string; sessionId: string; expiresIn: number }

/** Calls an instance over HTTP, the way clients do. */
export function client(url: string) {
  async function call(
    method: string,
    path: string,
    options: {
      token?: string
      body?: unknown
      /** Sent as OAuth clients do. */
      form?: Record<string, string>
      headers?: Record<string, string>
    } = {},
  ): Promise<Answer> {
    const headers = new Headers(options.headers)
    if (options.token !== undefined) headers.set('authorization', `Bearer ${options.token}`)
    if (options.body !== undefined) headers.set('content-type', 'application/json')
    const json = options.body === undefined ? undefined : JSON.stringify(options.body)
    const payload = options.form === undefined ? json : new URLSearchParams(options.form)
    const response = await fetch(url + path, {
      method,
      headers,
      ...(payload === undefined ? {} : { body: payload }),
    })
    const text = await response.text()
    const body: unknown = text === '' ? {} : JSON.parse(text)
    return { status: response.status, headers: response.headers, body: isRecord(body) ? body : {} }
  }

  return {
    call,
    async signIn(
      email: string,
      options: { userAgent?: string; clientType?: string; password?: string } = {},
    ) {
      const { userAgent = 'test', clientType, password = goodPassword } = options
      const logIn = () =>
        call('POST', '/v1/auth/login', {
          headers: { 'user-agent': userAgent },
          body: { email, password, ...(clientType === undefined ? {} : { clientType }) },
        })
      return tokensOf(await insist(logIn))
    },
    refresh: (refreshToken: string) => call('POST', '/v1/auth/refresh', { body: { refreshToken } }),
    verify: (token: string) => call('GET', '/v1/verify', { token }),
    sessions: async (token: string) => {
      const { body } = await call('GET', '/v1/sessions', { token })
      return Array.isArray(body['sessions']) ? body['sessions'] : []
    },
  }
}

/** Asks again after a 503, as a client would. For what a machine that is busy elsewhere does not do in time. */
export async function insist(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await ask()
    if (answer.status !== 503) return answer
    await sleep(250)
  }
}

/** The pair in an answer; throws when the answer is something else. */
export function tokensOf(answer: Answer): Tokens {
  const { accessToken, refreshToken, sessionId, expiresIn } = answer.body
  if (
    answer.status !== 200 ||
    typeof accessToken !== 'string' ||
    typeof refreshToken !== 'string' ||
    typeof sessionId !== 'string' ||
    typeof expiresIn !== 'number'
  ) {
    throw new Error(`expected tokens, got ${answer.status} ${JSON.stringify(answer.body)}`)
  }
  return { accessToken, refreshToken, sessionId, expiresIn }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
