import { vi } from 'vitest'
import { createLatchkeyClient, type LatchkeyClientOptions, type LatchkeyEvents } from '../src/index.ts'

export const baseUrl = 'https://auth.example.test'

export type Asked = {
  call: string
  url: string
  token: string | null
  body: Record<string, unknown>
  credentials: RequestCredentials
}
export type Reply = (asked: Asked, signal: AbortSignal) => Response | Promise<Response>

/** Answers as a service would, unless the script of a call says otherwise. */
export function scriptedService() {
  const asked: Asked[] = []
  const scripts = new Map<string, Reply[]>()
  let generation = 0

  const standard: Record<string, Reply> = {
    'POST /v1/auth/login': request =>
      request.body['transport'] === 'cookie'
        ? json({ ...lifetimes, user })
        : json({ ...pair(generation), user, deviceToken: `lkd_${request.body['email']}` }),
    'POST /v1/auth/refresh': request =>
      'refreshToken' in request.body ? json(pair(++generation)) : json(lifetimes),
    'POST /v1/auth/password': () => json(pair(++generation)),
    'POST /v1/auth/logout': () => new Response(null, { status: 204 }),
    'GET /v1/auth/session': () => json(currentSession),
  }

  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    const { pathname } = new URL(request.url)
    const text = await request.clone().text()
    const entry: Asked = {
      call: `${request.method} ${pathname}`,
      url: request.url,
      token: request.headers.get('authorization'),
      body: text === '' ? {} : JSON.parse(text),
      credentials: request.credentials,
    }
    asked.push(entry)
    const reply = scripts.get(entry.call)?.shift() ?? standard[entry.call] ?? (() => json({}))
    return await reply(entry, request.signal)
  }

  return {
    fetch,
    asked,
    calls: () => asked.map(({ call }) => call),
    to: (call: string) => asked.filter(entry => entry.call === call),
    /** These replies in turn, and then as usual. */
    script(call: string, ...replies: Reply[]): void {
      scripts.set(call, replies)
    },
    /** As usual, for a reply that has something done first. */
    usual: (entry: Asked, signal: AbortSignal): Response | Promise<Response> =>
      (standard[entry.call] ?? (() => json({})))(entry, signal),
  }
}

export const sessionId = '01a1fd5a-d6ff-7688-9eb9-ec2fff33eb24'
const user = { id: '01a1fd5a-62f8-71d8-8b3e-f3bdd08a6dc9', email: 'ada@example.test', roles: [] }
const lifetimes = { expiresIn: 900, refreshExpiresIn: 604_800, sessionId }

export const currentSession = {
  sessionId,
  user: { ...user, permissions: ['sessions:read'] },
  clientType: 'web',
  accessExpiresAt: '2026-01-31T12:15:00.000Z',
  needsRefresh: false,
  idleExpiresAt: '2026-02-07T12:00:00.000Z',
  expiresAt: '2026-03-02T12:00:00.000Z',
}

export function pair(generation: number) {
  return {
    tokenType: 'Bearer',
    accessToken: `access-${generation}`,
    refreshToken: `lkr_${generation}`,
    ...lifetimes,
  }
}

export function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
}

export function problem(
  status: number,
  code: string,
  extras: { reason?: string; retryAfter?: string; unlock?: string } = {},
): Reply {
  const { retryAfter, ...told } = extras
  return () => {
    const body = {
      type: `https://latchkey.dev/problems/${code}`,
      title: code,
      status,
      code,
      requestId: 'r',
      ...told,
    }
    const headers = new Headers({ 'content-type': 'application/problem+json' })
    if (retryAfter !== undefined) headers.set('retry-after', retryAfter)
    return new Response(JSON.stringify(body), { status, headers })
  }
}

export const lost: Reply = () => {
  throw new TypeError('fetch failed')
}

/** The answer begins, and its connection breaks. */
export const cutOff: Reply = () => {
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"tokenType":'))
      controller.error(new TypeError('terminated'))
    },
  })
  return new Response(body, { status: 200, headers: { 'content-type': 'application/json' } })
}

/** No answer, ever; only the client's own time limit ends it. */
export const silence: Reply = (_asked, signal) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

export function start(
  service: ReturnType<typeof scriptedService>,
  options: Partial<LatchkeyClientOptions> = {},
) {
  const client = createLatchkeyClient({ baseUrl, transport: 'bearer', fetch: service.fetch, ...options })
  const events: [keyof LatchkeyEvents, unknown][] = []
  for (const name of ['signed-in', 'refreshed', 'signed-out'] as const) {
    client.on(name, detail => events.push([name, detail]))
  }
  return { client, events }
}

export async function signedIn(
  service: ReturnType<typeof scriptedService>,
  options: Partial<LatchkeyClientOptions> = {},
) {
  const started = start(service, options)
  await started.client.signIn({ email: 'ada@example.test', password: 'correct horse battery' })
  await Promise.resolve()
  service.asked.length = 0
  started.events.length = 0
  return started
}

/** The outcome once two minutes of the fake clock have passed. */
export async function inTime<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  await vi.advanceTimersByTimeAsync(120_000)
  return await promise
}
