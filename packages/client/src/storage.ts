type Awaitable<T> = T | Promise<T>

/** Where the client keeps what must outlive a page. Whoever can read it can act as the person. */
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
  deviceToken?: string
}

export type Grants = ReturnType<typeof createGrants>

/** The one grant that all clients with this storage share. */
export function createGrants(storage: TokenStorage, key: string) {
  const deviceKey = (email: string) => `${key}:device:${email.toLowerCase()}`
  return {
    async read(): Promise<Grant | null> {
      const text = await storage.get(key)
      return text ? grantIn(text) : null
    },
    write: async (grant: Grant) => void (await storage.set(key, JSON.stringify(grant))),
    remove: async () => void (await storage.remove(key)),
    /** What makes this device a known one when that person signs in; it outlives a sign-out. */
    device: async (email: string) => (await storage.get(deviceKey(email))) ?? undefined,
    remember: async (email: string, deviceToken: string) =>
      void (await storage.set(deviceKey(email), deviceToken)),
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
