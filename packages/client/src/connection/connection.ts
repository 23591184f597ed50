import { errorOf, LatchkeyError } from '../error.ts'
import type { Grant } from '../session/storage.ts'
import { persist } from './persist.ts'

export type Transport = 'bearer' | 'cookie'

export type ConnectionOptions = {
  baseUrl: string
  transport: Transport
  origins: readonly string[]
  timeoutMs: number
  patienceMs: number
  fetch: typeof globalThis.fetch
}

/** One call of the service's own API. */
export type Call = {
  method: string
  path: string
  body?: unknown
  grant?: Grant | null
  isRepeatable: boolean
  signal?: AbortSignal | undefined
}

export type Connection = ReturnType<typeof createConnection>

/** How requests get to the service and back, with what shows who is calling. */
export function createConnection(options: ConnectionOptions) {
  const { baseUrl, transport, timeoutMs, patienceMs } = options
  const byCookie = transport === 'cookie'
  // With a bearer token a cookie must stay at home: the service refuses a request that brings both.
  const credentials = byCookie ? 'include' : 'omit'

  /** The answer with its body, or an error; nothing takes longer than the time limit. */
  async function attempt({ method, path, body, grant, signal }: Call): Promise<Response> {
    const limit = new AbortController()
    const timer = setTimeout(() => limit.abort(), timeoutMs)
    const headers = new Headers()
    if (body !== undefined) headers.set('content-type', 'application/json')
    if (grant?.accessToken !== undefined) headers.set('authorization', `Bearer ${grant.accessToken}`)
    try {
      const answer = await options.fetch(baseUrl + path, {
        method,
        headers,
        credentials,
        cache: 'no-store',
        signal: signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      // A body that breaks off is an answer that did not come.
      await answer.clone().arrayBuffer()
      return answer
    } finally {
      clearTimeout(timer)
    }
  }

  function absolute(url: string): URL {
    return new URL(url, globalThis.location?.href ?? baseUrl)
  }

  function serviceOrigin(): string {
    return absolute(baseUrl).origin
  }

  /** Throws `origin_not_allowed` for where the person's credentials are not to go. */
  function prepare(input: string | URL | Request, init: RequestInit = {}): Request {
    const url = absolute(input instanceof Request ? input.url : String(input))
    const own = serviceOrigin()
    if (![own, globalThis.location?.origin, ...options.origins].includes(url.origin)) {
      throw new LatchkeyError('origin_not_allowed', `List ${url.origin} in \`origins\` to call it signed in`)
    }
    const given = input instanceof Request ? input : url
    return new Request(given, byCookie || url.origin === own ? { credentials, ...init } : init)
  }

  function call(request: Call): Promise<Response> {
    const { isRepeatable, signal } = request
    return persist(() => attempt(request), { patienceMs, isRepeatable, signal, origin: serviceOrigin() })
  }

  return {
    byCookie,
    prepare,
    call,

    /** As `call`, and throws what the service refuses with. */
    async demand(request: Call): Promise<Response> {
      const answer = await call(request)
      if (!answer.ok) throw await errorOf(answer)
      return answer
    },

    /** A request of the application's own, to the service or to another that takes its tokens. */
    forward(request: Request, grant: Grant | null, isRepeatable: boolean): Promise<Response> {
      const send = () => {
        const copy = request.clone()
        if (grant?.accessToken !== undefined) copy.headers.set('authorization', `Bearer ${grant.accessToken}`)
        return options.fetch(copy)
      }
      return persist(send, { patienceMs, isRepeatable, signal: request.signal })
    },
  }
}
