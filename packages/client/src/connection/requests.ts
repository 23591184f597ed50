import type { AnswerTo, InputArguments, Operation } from '../api.ts'
import { errorOf, jsonIn, problemIn } from '../error.ts'
import { isFinal } from '../session/refresh.ts'
import { type HeldSession, tokenStatusOf } from '../session/session.ts'
import type { Grant } from '../session/storage.ts'
import type { Connection } from './connection.ts'
import { isIdempotent } from './persist.ts'

type Input = {
  params?: Record<string, string>
  query?: Record<string, unknown>
  body?: unknown
  signal?: AbortSignal
}

export type Requests = ReturnType<typeof createRequests>

/** Calls with the credentials of the signed-in user. */
export function createRequests(session: HeldSession, connection: Connection, refresh: () => Promise<void>) {
  /**
   * Refreshes shortly before the token expires, and once on a 401. Throws if a needed refresh fails, which says nothing
   * about the session; if the session has ended, the response is the 401.
   */
  async function signedIn(send: (grant: Grant | null) => Promise<Response>): Promise<Response> {
    await session.load()
    const status = tokenStatusOf(session)
    if (status === 'due') void refresh().catch(() => {})
    if (status === 'expired') await refreshOrEnd()
    const used = session.grant()
    const answer = await send(used)
    if (answer.status !== 401) return answer
    if (used === null && (await isNobody(answer))) session.none()
    if (session.state().status === 'signed-out') return answer
    if (session.grant()?.stamp === used?.stamp) await refreshOrEnd()
    return session.grant() === null ? answer : await send(session.grant())
  }

  /** Both cookies have the same lifetime: without an access cookie there is no refresh cookie either. */
  async function isNobody(answer: Response): Promise<boolean> {
    return !connection.byCookie || (await problemIn(answer))?.code === 'authentication_required'
  }

  async function refreshOrEnd(): Promise<void> {
    await refresh().catch((error: unknown) => {
      if (!isFinal(error)) throw error
    })
  }

  return {
    signedIn,

    /** `fetch` with the user's credentials, for the origins of the service and the page, and those in `origins`. */
    async fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
      const request = connection.prepare(input, init)
      return await signedIn(grant => connection.forward(request, grant, isIdempotent(request.method)))
    },

    /** Any call of the service: `request('GET /v1/sessions/{id}', { params: { id } })`. Throws `LatchkeyError`. */
    async request<O extends Operation>(operation: O, ...[input]: InputArguments<O>): Promise<AnswerTo<O>> {
      const call = callOf(operation, input ?? {})
      const answer = await signedIn(grant => connection.call({ ...call, grant }))
      if (!answer.ok) throw await errorOf(answer)
      // The service's tests hold its answers to the description that the type comes from.
      return await jsonIn(answer)
    },
  }
}

function callOf(operation: string, { params = {}, query = {}, body, signal }: Input) {
  const [method = '', template = ''] = operation.split(' ')
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, String(value))
  }
  const asked = search.toString()
  return {
    method,
    path: asked === '' ? path : `${path}?${asked}`,
    body,
    signal,
    isRepeatable: isIdempotent(method),
  }
}
