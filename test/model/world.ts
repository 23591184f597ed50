/**
 * Everything there is in the model: Postgres, Redis, one session, and two instances. B is modelled in full; A in outline:
 * it revokes, reads Postgres and fills Redis. Whatever A would answer itself, B answers when B is the one that revokes.
 *
 * Times are ages in ticks, counted no further than they make a difference; so the worlds are finitely many although time
 * is not. Nobody is obliged to be quick: an answer, a poll or a `SET` may be under way for as long as the model likes.
 */
export type World = {
  /**
   * In the whole run: what is committed is no revocation but a change of the password or of roles. The session goes on, and
   * a yes by what was read before is the wrong one.
   */
  isChange: boolean
  committed: boolean
  /**
   * Since the first commit; the age of the youngest snapshot as well, for none can be read later, and before the commit
   * there is always a new one. An older one could do nothing that the youngest cannot.
   */
  sinceCommit: number
  /** The revoke was answered with 2xx. */
  answered: boolean
  /** The session's tokens have been rotated. */
  rotated: boolean

  /** What stands under the session's key in Redis: nothing, or the snapshot of the first or the second token. */
  snapshot: number
  /** Since Redis got it; kept only where the rules say that this counts. */
  snapshotAge: number
  mark: boolean
  /** B is cut off together with the old Redis, which has what it had; the others have a new one. */
  split: boolean
  oldSnapshot: number
  oldMark: boolean
  /** A snapshot on its way to Redis: read, but not written yet. */
  fill: number
  fillByB: boolean

  /** 0 none under way, 1 marked before the commit, 2 committed, 3 told to Redis, 4 waiting. */
  revoke: number
  revokeByB: boolean
  /** Where the mark was confirmed, and which Redis B has noted: 0 nowhere, 1 the one that A writes to, 2 another. */
  marked: number
  noted: number
  waited: number

  running: boolean
  /** As B sees it, and as Postgres has it. */
  registered: boolean
  listed: boolean
  /** B has acknowledged the last revocation that was committed. */
  acknowledged: boolean
  /** B has not acknowledged for longer than the window: nobody waits for it. */
  gone: boolean
  /** A row of an instance that was killed. */
  ghost: boolean
  /** B's place is behind that revocation. */
  place: boolean
  /** The revocation is in B's deny-set: since the commit, as if seen at once, for then it expires soonest. */
  denied: boolean
  /** What B keeps in its own memory: no snapshot, or that of the first or the second token. */
  near: number
  /** Since the last good poll began; -1 before there was one, and after a lapse. */
  polled: number
  pollFailed: boolean
  /** B's connection to Redis had no break since the last good poll. */
  unbroken: boolean

  /** 0 none, 1 under way, 2 read, up to `place`, and to be acknowledged. */
  poll: number
  pollAge: number
  pollSaw: boolean
  pollUnbroken: boolean
  /** The Redis that B had when its poll began, as in `noted`. */
  pollRedis: number

  /** A verify on B. 0 none, 1 asks Redis, 2 has an answer from Redis, 3 asks Postgres. */
  verify: number
  /** It began after the revoke was answered. */
  verifyAfter: boolean
  verifyRotated: boolean
  verifyDenied: boolean
  gotAway: boolean
  gotSnapshot: number
  gotAge: number
  gotMark: boolean
}

export const initial: World = {
  isChange: false,
  committed: false,
  sinceCommit: 0,
  answered: false,
  rotated: false,
  snapshot: 0,
  snapshotAge: 0,
  mark: false,
  split: false,
  oldSnapshot: 0,
  oldMark: false,
  fill: 0,
  fillByB: false,
  revoke: 0,
  revokeByB: false,
  marked: 0,
  noted: 0,
  waited: 0,
  running: false,
  registered: false,
  listed: false,
  acknowledged: false,
  gone: false,
  ghost: false,
  place: false,
  denied: false,
  near: 0,
  polled: -1,
  pollFailed: false,
  unbroken: false,
  poll: 0,
  pollAge: 0,
  pollSaw: false,
  pollUnbroken: false,
  pollRedis: 0,
  verify: 0,
  verifyAfter: false,
  verifyRotated: false,
  verifyDenied: false,
  gotAway: false,
  gotSnapshot: 0,
  gotAge: 0,
  gotMark: false,
}

export const noRow = { listed: false, acknowledged: false, gone: false, noted: 0 }
export const noPoll = { poll: 0, pollAge: 0, pollSaw: false, pollUnbroken: false, pollRedis: 0 }
export const noRevoke = { revoke: 0, revokeByB: false, marked: 0, waited: 0 }
export const noAnswer = { gotAway: false, gotSnapshot: 0, gotAge: 0, gotMark: false }
export const noVerify = {
  ...noAnswer,
  verify: 0,
  verifyAfter: false,
  verifyRotated: false,
  verifyDenied: false,
}
/** What B knows in its memory. */
export const noMemory = {
  ...noPoll,
  ...noVerify,
  registered: false,
  place: false,
  denied: false,
  near: 0,
  polled: -1,
  pollFailed: false,
  unbroken: false,
}

/** B's connection to Redis breaks; what was asked on it is lost. */
export function broken(world: World): World {
  const unheard = world.verify === 1 || world.verify === 2
  if (!unheard) return { ...world, unbroken: false, pollUnbroken: false }
  return { ...world, ...noAnswer, verify: 2, gotAway: true, unbroken: false, pollUnbroken: false }
}

/** A writes to another server from now on. */
export function otherServer(world: World): Pick<World, 'marked' | 'noted' | 'pollRedis'> {
  const { marked, noted, pollRedis } = world
  return { marked: older(marked), noted: older(noted), pollRedis: older(pollRedis) }
}

function older(server: number): number {
  return server === 0 ? 0 : 2
}

/** Answered with 2xx. What decided when to answer makes no difference any more. */
export function answered(world: World): World {
  const { listed, gone, noted } = world
  return { ...world, ...noRevoke, ...noRow, listed, gone, noted, ghost: false, answered: true }
}
