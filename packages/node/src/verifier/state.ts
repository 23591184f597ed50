/**
 * How a verifier gets its verdicts. `asking`: Latchkey answers, or has not been asked yet. `lost`: the last question had
 * no answer, so verdicts are `unknown` until one has. `following` is reserved for a verifier that follows revocations and
 * answers from memory; this version never reports it.
 */
export type VerifierState = 'asking' | 'lost' | 'following'

export type VerifierStates = ReturnType<typeof createStates>

export function createStates() {
  let current: VerifierState = 'asking'
  const listeners = new Set<(state: VerifierState) => void>()
  return {
    current: () => current,
    set(next: VerifierState): void {
      if (next === current) return
      current = next
      // A listener that throws must not change a verdict.
      for (const listener of listeners) queueMicrotask(() => listener(next))
    },
    add(listener: (state: VerifierState) => void): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    clear: () => listeners.clear(),
  }
}
