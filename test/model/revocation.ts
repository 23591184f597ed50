import { ticks } from './decisions.ts'
import { type Exploration, explore, type Step } from './explorer.ts'
import type { Fault } from './faults.ts'
import { followSteps } from './following.ts'
import { revokeSteps } from './revoking.ts'
import type { Rules } from './rules.ts'
import { verifySteps } from './verifying.ts'
import { initial, noPoll, noRow, type World } from './world.ts'

/** More than any run here needs; a model that grows past it should say so rather than take hours. */
const limit = 3_000_000

export function check(
  fault: Fault,
  rules: Rules,
  options: { rotates: boolean; isChange?: boolean },
): Exploration {
  const first = { ...initial, isChange: options.isChange ?? false }
  return explore(first, world => stepsFrom(world, fault, rules, options.rotates), limit)
}

function stepsFrom(world: World, fault: Fault, rules: Rules, rotates: boolean): Step<World>[] {
  return [
    ...tick(world, rules),
    ...fault.steps(world, rules),
    ...verifySteps(world, rules, fault),
    ...revokeSteps(world, rules, fault),
    ...followSteps(world, rules, fault),
    ...fillSteps(world, rules),
    ...(rotates ? rotateSteps(world) : []),
    ...(fault.silent ? silenceSteps(world, rules) : []),
  ]
}

/** Until no snapshot can be young any more; from then on Postgres answers, and says no, or nobody says anything. */
function tick(world: World, rules: Rules): Step<World>[] {
  const { committed } = world
  const end = rules.ageFromRead ? ticks.lifetime : ticks.window
  if (world.sinceCommit >= (world.answered ? end : end - 1)) return []
  const next = {
    ...world,
    ...(committed && !rules.ageFromRead ? agedInRedis(world) : {}),
    sinceCommit: committed ? upTo(ticks.window, world.sinceCommit) : 0,
    waited: world.revoke > 2 ? upTo(ticks.patience, world.waited) : 0,
    polled: world.polled < 0 ? world.polled : upTo(ticks.lease, world.polled),
    pollAge: world.poll === 1 ? upTo(ticks.lease, world.pollAge) : 0,
    gotAge: committed && world.gotSnapshot !== 0 ? upTo(ticks.lifetime, world.gotAge) : world.gotAge,
  }
  return [happens('— a tick passes', next)]
}

function agedInRedis({ snapshot, snapshotAge }: World): Pick<World, 'snapshot' | 'snapshotAge'> {
  const age = snapshot === 0 ? 0 : snapshotAge + 1
  return age < ticks.lifetime ? { snapshot, snapshotAge: age } : { snapshot: 0, snapshotAge: 0 }
}

function upTo(most: number, age: number): number {
  return Math.min(most, age + 1)
}

/** Other verifies and refreshes, on both instances: they read Postgres, and their `SET` comes late, or never. */
function fillSteps(world: World, rules: Rules): Step<World>[] {
  const steps: Step<World>[] = []
  if (!world.committed) {
    const fill = Number(world.rotated) + 1
    steps.push(happens('A reads the session', { ...world, fill, fillByB: false }))
    // Who reads makes a difference only where a verify may wait for somebody else's read.
    if (!rules.ownRead) steps.push(happens('B reads the session', { ...world, fill, fillByB: true }))
  }
  if (world.fill === 0) return steps
  const written = { fill: 0, fillByB: false, snapshot: world.fill, snapshotAge: 0 }
  return [...steps, happens('Redis applies a SET of what was read', { ...world, ...written })]
}

/** A refresh: the first token is spent, and the second one is what a verify comes with. */
function rotateSteps(world: World): Step<World>[] {
  if (world.rotated || world.committed) return []
  return [happens('A rotates the tokens', { ...world, rotated: true })]
}

/**
 * Nobody waits for B any more. However long that takes: what matters is that its lease is long over, and that whatever
 * it had asked Postgres before has timed out.
 */
function silenceSteps(world: World, rules: Rules): Step<World>[] {
  if (!world.listed) return []
  if (world.gone) return [happens('cleanup takes B off the list', { ...world, ...noRow, gone: true })]
  const leaseIsOver = world.polled < 0 || world.polled >= ticks.lease
  const pollIsNew = world.poll === 1 && world.pollAge < ticks.lease
  if (world.answered || !leaseIsOver || pollIsNew) return []
  // What the old Redis had when it was cut off is too old by then.
  const old = world.split ? { oldSnapshot: 0, gotSnapshot: 0 } : {}
  const polled = rules.fallbackEnds ? -1 : world.polled
  const next = { ...world, ...noPoll, ...old, polled, gone: true }
  return [happens('B has been silent for longer than the window', next)]
}

function happens(name: string, next: World): Step<World> {
  return { name, next, breaks: null }
}
