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
  /** URL of the service; by default the origin of the page. */
  baseUrl?: string
  /** `bearer`: the client holds the tokens. `cookie`: the browser holds them, and scripts cannot read them. */
  transport: Transport
  /**
   * By default, tokens are in memory and are lost with the page. With a storage that pages share, such as
   * `webStorage(() => localStorage)`, the pages share the session. With cookies, it holds no secret, only the time of the
   * last change, and is `localStorage` if available.
   */
  storage?: TokenStorage
  /** A client type of the service's `SESSION_POLICIES`; `web` by default. */
  clientType?: string
  /** Other origins that `fetch` may call with the user's credentials. */
  origins?: readonly string[]
  /** Timeout of one attempt of a call; 8,000 by default. */
  timeoutMs?: number
  /** How long a call is retried while the service cannot be reached; 20,000 by default. */
  patienceMs?: number
  /** Replaces the global `fetch`. */
  fetch?: ConnectionOptions['fetch']
}

export type LatchkeyClient = ReturnType<typeof createLatchkeyClient>

/** Keeps a user signed in. Creating it has no effect and needs no browser. */
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
  // The tab that refreshes may use up all its patience, and then one more attempt.
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
    /** The last failure of the storage (`storage_failed`): the session is then lost with the page. Null while it works. */
    get storageError(): LatchkeyError | null {
      return grants.error()
    },
    on: events.on,

    /**
     * Finds out whether a user is signed in: from the storage or, with cookies, from the service. Throws if the
     * service cannot be reached; `state` is then unchanged.
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

    /** Gets a new pair now. Rarely needed: `fetch` and all calls refresh in time. */
    refresh,
    tokenStatus: () => ({ status: tokenStatusOf(session), secondsLeft: session.secondsLeft() }),
    /** Stops listening to other tabs. */
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
