import { ticks } from './decisions.ts'
import type { Step } from './explorer.ts'
import type { Rules } from './rules.ts'
import { broken, noMemory, noRevoke, noRow, otherServer, type World } from './world.ts'

/**
 * What may go wrong, one kind at a time; it may happen again and again, persist or heal. A store that is away, slow or
 * out of reach is one whose answers may time out: each command that is sent to it is applied or not, now or later.
 */
export type Fault = {
  steps: (world: World, rules: Rules) => Step<World>[]
  /** What is out of reach at times, seen from A and from B. */
  redis: { a: boolean; b: boolean }
  postgres: { a: boolean; b: boolean }
  /** Redis may refuse a write. */
  memoryShort: boolean
  /** B may be unheard for longer than the window. */
  silent: boolean
}

const neither = { a: false, b: false }
const onlyA = { a: true, b: false }
const onlyB = { a: false, b: true }
const both = { a: true, b: true }

export const noFault: Fault = {
  steps: () => [],
  redis: neither,
  postgres: neither,
  memoryShort: false,
  silent: false,
}

export const faults = {
  /** Eviction, `FLUSHALL`, out of memory. */
  'Redis forgets': { ...noFault, steps: forgets, memoryShort: true },
  /** A restart, or a failover to a replica that lacks the last writes. */
  'Redis becomes another server': { ...noFault, steps: anotherServer },
  'Redis hangs, or is away': { ...noFault, redis: both },
  'Postgres hangs, or is away': { ...noFault, postgres: both, silent: true },
  'both stores hang, or are away': { ...noFault, redis: both, postgres: both, silent: true },
  /** As when both run on one machine. */
  'Postgres is away and Redis restarts': { ...noFault, steps: restarts, postgres: both, silent: true },
  'the instance that revokes is cut off': { ...noFault, redis: onlyA, postgres: onlyA },
  'the other instance is cut off, or freezes': {
    ...noFault,
    steps: marksLate,
    redis: onlyB,
    postgres: onlyB,
    silent: true,
  },
  'an instance dies': { ...noFault, steps: dies },
  'an instance is cut off together with the old Redis': { ...noFault, steps: splits, silent: true },
} satisfies Record<string, Fault>

function forgets(world: World): Step<World>[] {
  const steps: Step<World>[] = []
  if (world.mark) steps.push(happens('Redis loses the mark', { ...world, mark: false }))
  if (world.snapshot !== 0) steps.push(happens('Redis loses the snapshot', { ...world, snapshot: 0 }))
  return steps
}

/** The mark of a change before the revocation: it says nothing against a snapshot that was read in between. */
function marksLate(world: World, rules: Rules): Step<World>[] {
  if (!world.mark || world.isChange || rules.revocationKeepsItsMark) return []
  return [happens('Redis applies the mark of an earlier change', { ...world, mark: false })]
}

function anotherServer(world: World): Step<World>[] {
  const steps = restarts(world)
  const next = { ...broken(world), ...otherServer(world) }
  steps.push(happens('Redis restarts with all that it had', next))
  if (world.mark) {
    steps.push(happens('Redis fails over to a replica that lacks the mark', { ...next, mark: false }))
  }
  return steps
}

function restarts(world: World): Step<World>[] {
  const youngest = world.sinceCommit < ticks.lifetime ? Number(world.rotated) + 1 : 0
  const dumped = { mark: false, snapshot: youngest, snapshotAge: world.sinceCommit }
  return [happens('Redis restarts with an old dump', { ...broken(world), ...otherServer(world), ...dumped })]
}

function dies(world: World): Step<World>[] {
  const steps: Step<World>[] = []
  if (world.running) {
    const revoke = world.revokeByB ? noRevoke : {}
    const ghost = world.ghost || (world.listed && !world.answered)
    steps.push(happens('B is killed', { ...world, ...noMemory, ...noRow, ...revoke, running: false, ghost }))
  }
  if (world.revoke !== 0 && !world.revokeByB) steps.push(happens('A is killed', { ...world, ...noRevoke }))
  if (world.ghost) steps.push(happens('the killed instance stops counting', { ...world, ghost: false }))
  return steps
}

/** B has no Postgres, and keeps on reading the old Redis, while the others have a new one. */
function splits(world: World): Step<World>[] {
  if (world.split) {
    const healed = { ...broken(world), split: false, oldSnapshot: 0, oldMark: false }
    return [happens('B finds the new Redis', healed)]
  }
  const kept = { oldSnapshot: world.snapshot, oldMark: world.mark }
  // A revoke on B is given up: where it writes its mark, nobody else reads.
  const revoke = world.revokeByB ? noRevoke : {}
  const next = { ...world, ...kept, ...otherServer(world), ...revoke, split: true }
  return [happens('B is cut off together with Redis; A finds a new Redis', next)]
}

function happens(name: string, next: World): Step<World> {
  return { name, next, breaks: null }
}
