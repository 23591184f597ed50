import type { Clock, Instant } from '../clock.ts'
import { deriveKeys, type SecretKeys, type SecretRing } from './secrets.ts'

/** Other instances learn of a new secret within a second; until then tokens are still minted with the old one. */
const publishedBeforeUseMs = 5_000

export type LoadedSecretRing = SecretRing & {
  load(inUse: readonly { id: number; firstSeenAt: Instant }[]): void
}

/**
 * During a rolling change of `LATCHKEY_SECRET` both secrets are in use. Throws `RangeError` when the two cannot be
 * told apart by their one-byte id.
 */
export function createSecretRing(clock: Clock, current: Buffer, previous: Buffer | null): LoadedSecretRing {
  const newest = deriveKeys(current)
  const older = previous === null ? null : deriveKeys(previous)
  if (older !== null && older.id === newest.id && !current.equals(previous ?? current)) {
    throw new RangeError('the two secrets have the same one-byte id; generate another LATCHKEY_SECRET')
  }
  const all: readonly SecretKeys[] = older === null ? [newest] : [newest, older]
  let inUse = new Map<number, Instant>()

  function isPublished(keys: SecretKeys): boolean {
    const firstSeenAt = inUse.get(keys.id)
    return firstSeenAt !== undefined && clock.now() >= firstSeenAt + publishedBeforeUseMs
  }

  return {
    minting: () => (older === null || isPublished(newest) ? newest : older),
    all: () => all,
    find: id => all.find(keys => keys.id === id),
    knownElsewhere: id => inUse.has(id),
    load(rows) {
      inUse = new Map(rows.map(row => [row.id, row.firstSeenAt]))
    },
  }
}
