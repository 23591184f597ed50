import type { Clock, Instant } from '../../clock.ts'
import { deriveKeys, type SecretKeys, type SecretRing } from './secrets.ts'

/** Other instances learn of a new secret within a second; until then tokens are still minted with the old one. */
const publishedBeforeUseMs = 5_000

export type LoadedSecretRing = SecretRing & {
  load(inUse: readonly { id: number; firstSeenAt: Instant }[]): void
}

/** The secret before the current one. `leaked`: others have it too. */
export type PreviousSecret = { secret: Buffer; leaked: boolean }

/**
 * `isFresh`: what was loaded is what stands in the database. While `LATCHKEY_SECRET` is being replaced both secrets are
 * in use. The two differ in their one-byte id.
 */
export function createSecretRing(
  clock: Clock,
  current: Buffer,
  previous: PreviousSecret | null,
  isFresh: () => boolean,
): LoadedSecretRing {
  const newest = deriveKeys(current)
  const older = previous === null ? null : deriveKeys(previous.secret)
  const all: readonly SecretKeys[] = older === null ? [newest] : [newest, older]
  const trusted = previous?.leaked ? [newest] : all
  let inUse = new Map<number, Instant>()

  function isPublished(keys: SecretKeys): boolean {
    const firstSeenAt = inUse.get(keys.id)
    return firstSeenAt !== undefined && clock.now() >= firstSeenAt + publishedBeforeUseMs
  }

  return {
    minting: () => (older === null || isPublished(newest) ? newest : older),
    all: () => all,
    trusted: () => trusted,
    find: id => all.find(keys => keys.id === id),
    mayBeKnownElsewhere: id => inUse.has(id) || !isFresh(),
    load(rows) {
      inUse = new Map(rows.map(row => [row.id, row.firstSeenAt]))
    },
  }
}
