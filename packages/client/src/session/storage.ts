import { LatchkeyError } from '../error.ts'

type Awaitable<T> = T | Promise<T>

/** Where the client keeps data that must survive the page. Anyone who can read it can act as the user. */
export type TokenStorage = {
  get(key: string): Awaitable<string | null | undefined>
  set(key: string, value: string): Awaitable<unknown>
  remove(key: string): Awaitable<unknown>
}

export function memoryStorage(): TokenStorage {
  const entries = new Map<string, string>()
  return {
    get: key => entries.get(key),
    set: (key, value) => entries.set(key, value),
    remove: key => entries.delete(key),
  }
}

/** Over `localStorage` or `sessionStorage`: `webStorage(() => localStorage)`. Not asked for before it is needed. */
export function webStorage(storage: () => Storage): TokenStorage {
  return {
    get: key => storage().getItem(key),
    set: (key, value) => storage().setItem(key, value),
    remove: key => storage().removeItem(key),
  }
}

/** A pair as a client holds it. With cookies the browser holds the tokens, and this only tells that they changed. */
export type Grant = {
  /** Tells this pair from the ones before and after it, among tabs. */
  stamp: string
  sessionId: string
  /** Seconds, from when the pair was received; null where nobody knows when that was. */
  expiresIn: number | null
  accessToken?: string
  refreshToken?: string
} & Device

/** What makes this a known device, and the address that it is kept under for the next sign-in. */
export type Device = { deviceToken?: string | undefined; email?: string | undefined }

export type Grants = ReturnType<typeof createGrants>

/** `removed`: not stored. `spent`: not stored, and an older pair that must not be used again still is. */
type Written = 'stored' | 'removed' | 'spent'

/** The one grant that all clients with this storage share. Never throws: what cannot be stored stays in memory. */
export function createGrants(storage: TokenStorage, key: string) {
  const deviceKey = (email: string) => `${key}:device:${email.toLowerCase()}`
  let error: LatchkeyError | null = null

  async function attempt<T>(use: () => Awaitable<T>): Promise<T | undefined> {
    try {
      return await use()
    } catch (cause) {
      error = new LatchkeyError('storage_failed', 'The storage failed', { cause })
      return undefined
    }
  }

  const remove = () =>
    attempt(async () => {
      await storage.remove(key)
      return true
    })

  return {
    /** Why it failed last; null once a write succeeds. */
    error: () => error,
    remove,

    async read(): Promise<Grant | null> {
      const text = await attempt(() => storage.get(key))
      return text ? grantIn(text) : null
    },

    async write(grant: Grant): Promise<Written> {
      const put = () =>
        attempt(async () => {
          await storage.set(key, JSON.stringify(grant))
          error = null
          return true
        })
      if (await put()) return 'stored'
      // For example, the storage is full. The stored pair is spent and must not be used again; its room may suffice.
      if (!(await remove())) return 'spent'
      return (await put()) ? 'stored' : 'removed'
    },

    /** What makes this device a known one when that user signs in; it outlives a sign-out. */
    device: async (email: string) => (await attempt(() => storage.get(deviceKey(email)))) ?? undefined,
    async remember({ email, deviceToken }: Device): Promise<void> {
      if (email && deviceToken) await attempt(() => storage.set(deviceKey(email), deviceToken))
    },
  }
}

/** What somebody else has put there is as good as nothing. */
function grantIn(text: string): Grant | null {
  try {
    const grant: Grant | null = JSON.parse(text)
    return grant?.stamp && grant.sessionId ? grant : null
  } catch {
    return null
  }
}
