import type { CacheReading } from '../../src/session/ports.ts'
import { judgeAcknowledgement } from '../../src/session/revocation/acknowledgement.ts'
import { createDenySet } from '../../src/session/revocation/deny-set.ts'
import { createLease, type Lease } from '../../src/session/revocation/lease.ts'
import type { Snapshot } from '../../src/session/session.ts'
import { sha256 } from '../../src/session/token/secrets.ts'
import { snapshotOf, snapshotThatServes } from '../../src/session/verify/snapshot.ts'
import { sessionId, sessionState } from '../support/domain.ts'
import type { Rules } from './rules.ts'
import type { World } from './world.ts'

/**
 * What the service itself decides in a world of the model: its own pure modules are asked, built anew from the model's
 * plain state.
 */

/** A lease of 1000 ms ends, and is waited for, within the second tick; patience within the third. */
export const tickMs = 550
const leaseMs = 1_000
export const ticks = { lease: 2, patience: 3, lifetime: 4, window: 5 }

const now = 1_800_000_000_000

export function isDenied({ isChange, sinceCommit }: World, rules: Rules): boolean {
  const kept = rules.denyOutlivesSnapshots ? ticks.window : ticks.lease
  const denySet = createDenySet(kept * tickMs)
  const seenAt = -sinceCommit * tickMs
  if (isChange) denySet.distrust('user', committedAt(sinceCommit), seenAt)
  else denySet.add(sessionId, 'user', seenAt)
  denySet.expire(0)
  const before = { userId: 'user', readAt: committedAt(sinceCommit) }
  return isChange ? denySet.isOutdated(before) : denySet.reasonForId(sessionId) !== null
}

function committedAt(sinceCommit: number): number {
  return now - sinceCommit * tickMs
}

const serverThen = { runId: 'the server then' }

export function leaseHolds(world: World, rules: Rules): boolean {
  const isStillThat = world.unbroken || !rules.unbrokenRedis
  const server = isStillThat ? serverThen : { runId: serverThen.runId }
  return leaseOf(world, rules).holds(0, server)
}

/** For a snapshot in B's own memory, which no Redis stands by. */
export function leaseHoldsAlone(world: World, rules: Rules): boolean {
  return leaseOf(world, rules).holds(0, rules.nearNeedsTheLease ? null : serverThen)
}

function leaseOf(world: World, rules: Rules): Lease {
  const lease = createLease(rules.lease ? leaseMs : Number.POSITIVE_INFINITY)
  if (world.polled >= 0) lease.renew(-world.polled * tickMs, serverThen)
  if (world.pollFailed) lease.missed()
  return lease
}

/** The snapshots of the first and the second token, and those tokens. */
const readings = [null, recorded('access 0'), recorded('access 1')]
const accessTokens = ['access 0', 'access 1'].map(text => ({
  text,
  hash: sha256(text).toString('base64'),
  sessionId,
  expiresAt: now + 900_000,
}))

function recorded(text: string): Snapshot {
  return snapshotOf(sessionState(now, { accessTokenHash: sha256(text), previousAccessTokenHash: null }), [])
}

/** The snapshot in the answer that B got from Redis says yes by itself. */
export function snapshotServes(world: World): boolean {
  return serves(world, readingOf(world))
}

/** The same for the one in B's memory. Its age is that of the youngest: since the commit. */
export function nearServes(world: World): boolean {
  const kept = { gotAway: false, gotSnapshot: world.near, gotAge: world.sinceCommit, gotMark: false }
  return serves(world, readingOf({ ...world, ...kept }))
}

function serves(world: World, reading: CacheReading): boolean {
  const token = accessTokens[Number(world.verifyRotated)]
  if (token === undefined) throw new Error('there are two tokens')
  const lifetimeMs = () => ticks.lifetime * tickMs
  const context = { now, lifetimeMs, graceStillRuns: () => false }
  return snapshotThatServes(reading, token, context) !== null
}

function readingOf(world: World): CacheReading {
  if (world.gotAway) return { kind: 'away' }
  const snapshot = readings[world.gotSnapshot] ?? null
  return {
    kind: 'read',
    snapshot: snapshot === null ? null : { ...snapshot, readAt: now - world.gotAge * tickMs },
    occupied: snapshot !== null,
    revoked: world.gotMark && !world.isChange ? 'user' : null,
    changedAt: world.gotMark && world.isChange ? committedAt(world.sinceCommit) : null,
    continuity: null,
  }
}

export function judgeRevoke(
  world: World,
  seen: { unaware: number; unmarked: number },
  rules: Rules,
): 'held' | 'wait' | 'unconfirmed' {
  if (!rules.waits) return 'held'
  const waitedFor = rules.waitsForTheLease ? leaseMs : 0
  return judgeAcknowledgement({ ...seen, waitedMs: world.waited * tickMs }, waitedFor)
}
