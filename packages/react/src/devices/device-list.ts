import type { DeviceSession, LatchkeyClient } from '@latchkey/client'

export type Devices = {
  sessions: readonly DeviceSession[]
  loading: boolean
  /** Of the last call that failed; null once one has worked. */
  error: Error | null
}

export const noDevices: Devices = { sessions: [], loading: true, error: null }

export type DeviceList = ReturnType<typeof createDeviceList>

/** The user's devices, shared by all components that show them; loaded for the first of these. */
export function createDeviceList(client: LatchkeyClient) {
  let devices = noDevices
  /** The session whose devices these are, or the status if there is none. */
  let owner: string | null = null
  let loading: { owner: string | null; done: Promise<void> } | null = null
  /** Counts the changes made here: a list that was requested before the last one may lack it. */
  let changes = 0
  let stopFollowing = () => {}
  const listeners = new Set<() => void>()

  function show(change: Partial<Devices>): void {
    devices = { ...devices, ...change }
    for (const listener of listeners) listener()
  }

  /** Runs a task and shows its result. Errors also reach the caller. */
  async function attempt<T>(task: () => Promise<T>, shown: (result: T) => Partial<Devices>): Promise<T> {
    try {
      const result = await task()
      show({ ...shown(result), error: null })
      return result
    } catch (error) {
      show({ loading: false, error: error instanceof Error ? error : new Error(String(error)) })
      throw error
    }
  }

  function reload(): Promise<void> {
    if (loading?.owner === owner) return loading.done
    const asked = owner
    const done = attempt(
      listUnchanged,
      // What belongs to a user who has signed out meanwhile is not for the next one.
      sessions => (asked === owner ? { sessions, loading: false } : {}),
    )
      .then(() => {})
      .finally(() => {
        if (loading?.done === done) loading = null
      })
    loading = { owner: asked, done }
    return done
  }

  async function listUnchanged(): Promise<DeviceSession[]> {
    for (;;) {
      const before = changes
      const sessions = await client.listSessions()
      if (changes === before) return sessions
    }
  }

  /** Runs a change and shows it immediately, whatever list is on its way. */
  function change<T>(
    task: () => Promise<T>,
    changed: (sessions: readonly DeviceSession[], result: T) => readonly DeviceSession[],
  ): Promise<T> {
    return attempt(task, result => {
      changes++
      return { sessions: changed(devices.sessions, result) }
    })
  }

  function follow(): void {
    const { state } = client
    const now = state.status === 'signed-in' ? state.sessionId : state.status
    if (now === owner) return
    owner = now
    show({ sessions: [], loading: state.status !== 'signed-out', error: null })
    if (state.status === 'signed-in') void reload().catch(() => {})
  }

  function begin(): void {
    const before = owner
    stopFollowing = client.on('changed', follow)
    follow()
    if (owner === before && client.state.status === 'signed-in') void reload().catch(() => {})
  }

  return {
    snapshot: () => devices,

    subscribe(listener: () => void): () => void {
      listeners.add(listener)
      if (listeners.size === 1) begin()
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) stopFollowing()
      }
    },

    reload,
    // Named, so that its declaration does not point into the client's files.
    rename: (id: string, deviceName: string): Promise<DeviceSession> =>
      change(
        () => client.renameSession(id, deviceName),
        (sessions, renamed) => sessions.map(session => (session.id === id ? renamed : session)),
      ),
    revokeSession: (id: string) =>
      change(
        () => client.revokeSession(id),
        sessions => sessions.filter(session => session.id !== id),
      ),
    revokeOthers: () =>
      change(
        () => client.revokeOthers(),
        sessions => sessions.filter(session => session.current),
      ),
  }
}
