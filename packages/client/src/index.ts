import { createCurrent } from './calls/current.ts'
import { createDevices } from './calls/devices.ts'
import { createPassword } from './calls/password.ts'
import { createSignIn } from './calls/sign-in.ts'
import { createSignOut } from './calls/sign-out.ts'
import { type ConnectionOptions, createConnection, type Transport } from './connection/connection.ts'
import { createRequests } from './connection/requests.ts'
import type { LatchkeyError } from './error.ts'
import { createEvents } from './events.ts'
import type { Parts } from './parts.ts'
import { joined } from './session/joined.ts'
import { createRefresh } from './session/refresh.ts'
import { createHeldSession, type SessionState, tokenStatusOf } from './session/session.ts'
import { createGrants, memoryStorage, type TokenStorage, webStorage } from './session/storage.ts'
import { createTurns } from './session/turns.ts'

export type {
  AnswerTo,
  CurrentSession,
  DeviceSession,
  InputOf,
  Operation,
  Problem,
  ProblemCode,
  User,
} from './api.ts'
export type { SignIn } from './calls/sign-in.ts'
export { LatchkeyError, type LatchkeyErrorCode } from './error.ts'
export type { LatchkeyEvents } from './events.ts'
export type { SessionState, TokenStatus } from './session/session.ts'
export { memoryStorage, type TokenStorage, webStorage } from './session/storage.ts'

export type LatchkeyClientOptions = {
  /** Where the service is; by default the origin of the page. */
  baseUrl?: string
  /** `bearer`: the client holds the tokens. `cookie`: the browser does, and no script sees them. */
  transport: Transport
  /**
   * By default tokens stay in memory, and end with the page. Whoever gives a storage that pages share, such as
   * `webStorage(() => localStorage)`, has them share the session. With cookies it holds no secret, only when they
   * changed, and is `localStorage` where there is one.
   */
  storage?: TokenStorage
  /** As the service's `SESSION_POLICIES` name them; its default is `web`. */
  clientType?: string
  /** Other origins that `fetch` may call with the person's credentials. */
  origins?: readonly string[]
  /** For one attempt of a call; 8,000 by default. */
  timeoutMs?: number
  /** For how long a call is tried again while the service cannot be reached; 20,000 by default. */
  patienceMs?: number
  /** Instead of the global one. */
  fetch?: ConnectionOptions['fetch']
}

export type LatchkeyClient = ReturnType<typeof createLatchkeyClient>

/** Keeps a person signed in. Does nothing, and needs no browser, before it is first asked to. */
export function createLatchkeyClient(options: LatchkeyClientOptions) {
  const { baseUrl = '', transport, clientType, timeoutMs = 8_000, patienceMs = 20_000 } = options
  const storage = options.storage ?? (transport === 'cookie' ? browserStorage() : undefined)
  const name = `latchkey:${transport}:${baseUrl}`
  const sharedName = storage === undefined ? null : name
  const events = createEvents()
  const grants = createGrants(storage ?? memoryStorage(), name)
  const connection = createConnection({
    baseUrl: baseUrl.replace(/\/$/, ''),
    transport,
    timeoutMs,
    patienceMs,
    origins: options.origins ?? [],
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
  })
  // Whoever has the turn may use up all its patience, and then one more attempt.
  const turns = createTurns(sharedName, patienceMs + timeoutMs)
  const session = createHeldSession(grants, events, sharedName)
  const refresh = createRefresh(session, connection, turns)
  const requests = createRequests(session, connection, refresh)
  const parts: Parts = { session, grants, connection, turns, refresh, requests, clientType }
  const current = createCurrent(parts)

  return {
    get state(): SessionState {
      return session.state()
    },
    /** Why the storage failed last (`storage_failed`): the session then ends with the page. Null while it works. */
    get storageError(): LatchkeyError | null {
      return grants.error()
    },
    on: events.on,

    /**
     * Finds out whether somebody is signed in: from the storage, or with cookies from the service. Throws when the
     * service cannot be reached, and `state` stays as it was.
     */
    restore: joined(async (): Promise<SessionState> => {
      await session.load()
      if (connection.byCookie) {
        await current.session().catch((error: unknown) => {
          if (session.state().status !== 'signed-out') throw error
        })
      } else session.none()
      return session.state()
    }),

    ...createSignIn(parts),
    ...createSignOut(parts),
    ...current,
    ...createPassword(parts),
    ...createDevices(parts),
    fetch: requests.fetch,
    request: requests.request,

    /** A new pair now. Seldom needed: `fetch` and all calls do it when it is time. */
    refresh,
    tokenStatus: () => ({ status: tokenStatusOf(session), secondsLeft: session.secondsLeft() }),
    /** Hears nothing of other tabs any more. */
    close: session.close,
  }
}

/** None on a server, and none where a browser forbids it. */
function browserStorage(): TokenStorage | undefined {
  try {
    return 'document' in globalThis && localStorage ? webStorage(() => localStorage) : undefined
  } catch {
    return undefined
  }
}
