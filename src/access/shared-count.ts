import type { Tally } from './window-counter.ts'

/**
 * An instance believes that others have used up a limit only after it has counted this share of the limit itself. With
 * more than eight evenly loaded instances, a limit is higher by an eighth of their number.
 */
const ownShare = 1 / 8

/**
 * The effective count: `shared` is the count in Redis, `here` is that of this instance. Redis is not trusted: a
 * planted count must not lock a user out, so a limit that is used up elsewhere leaves each instance its own share.
 */
export function believedTally(shared: Tally, here: Tally, max: number): Tally {
  const count = Math.max(shared.count, here.count)
  const mayRefuse = here.count > Math.max(1, Math.floor(max * ownShare))
  return {
    count: mayRefuse ? count : Math.min(count, max),
    resetMs: Math.min(shared.resetMs, here.resetMs),
  }
}
