export type LatchkeyEvents = {
  'signed-in': { sessionId: string }
  refreshed: { sessionId: string; expiresIn: number | null }
  /** `reason` as the service gives it, such as `admin` or `password_changed`; else the code of its refusal. */
  'signed-out': { reason: string }
  /** Any of these, and whenever `state` is another. */
  changed: undefined
}

type Listener<T> = (detail: T) => void

export type Events = ReturnType<typeof createEvents>

export function createEvents() {
  const listeners: { [Name in keyof LatchkeyEvents]: Set<Listener<LatchkeyEvents[Name]>> } = {
    'signed-in': new Set(),
    refreshed: new Set(),
    'signed-out': new Set(),
    changed: new Set(),
  }
  return {
    /** Returns what ends it. */
    on<Name extends keyof LatchkeyEvents>(name: Name, listener: Listener<LatchkeyEvents[Name]>): () => void {
      listeners[name].add(listener)
      return () => void listeners[name].delete(listener)
    },
    /** Later in the same turn of the event loop, so that a listener that throws stops nobody else. */
    emit<Name extends keyof LatchkeyEvents>(name: Name, detail: LatchkeyEvents[Name]): void {
      for (const listener of listeners[name]) queueMicrotask(() => listener(detail))
    },
  }
}
