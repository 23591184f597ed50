import { isDenied, leaseHolds, leaseHoldsAlone, nearServes, snapshotServes } from './decisions.ts'
import type { Step } from './explorer.ts'
import type { Fault } from './faults.ts'
import type { Rules } from './rules.ts'
import { broken, noAnswer, noVerify, type World } from './world.ts'

const promises = {
  final: '1: a verify that began after the 2xx says yes',
  noFalseNo: '2: a verify says no, and nobody has revoked the session',
}

/** A verify on B; one that begins between commit and 2xx may say either, and is left out. */
export function verifySteps(world: World, rules: Rules, fault: Fault): Step<World>[] {
  if (!world.running) return []
  switch (world.verify) {
    case 0:
      return world.answered || !world.committed ? [begin(world, rules), ...answerAtOnce(world, rules)] : []
    case 1: {
      const timedOut = does('has no answer from Redis', broken(world))
      return fault.redis.b ? [askRedis(world, rules), timedOut] : [askRedis(world, rules)]
    }
    case 2:
      return [decide(world, rules)]
    default:
      return askPostgres(world, rules, fault)
  }
}

function begin(world: World, rules: Rules): Step<World> {
  const asking = { verify: 1, verifyAfter: world.answered, verifyRotated: world.rotated }
  const verifyDenied = !rules.denyAfterAnswer && denied(world, rules)
  return does('begins a verify', { ...world, ...asking, verifyDenied })
}

/** From B's own memory. */
function answerAtOnce(world: World, rules: Rules): Step<World>[] {
  const asked = { ...world, verifyAfter: world.answered, verifyRotated: world.rotated }
  const isTrusted = nearServes(asked) && !denied(world, rules) && leaseHoldsAlone(world, rules)
  return isTrusted ? [saysYes(asked)] : []
}

function askRedis(world: World, rules: Rules): Step<World> {
  const gotSnapshot = world.split ? world.oldSnapshot : world.snapshot
  const gotMark = world.split ? world.oldMark : world.mark
  const age = rules.ageFromRead ? world.sinceCommit : world.snapshotAge
  const got = { gotSnapshot, gotMark, gotAge: gotSnapshot === 0 ? 0 : age }
  return does(`gets ${named(gotSnapshot, gotMark)} from Redis`, { ...world, ...got, verify: 2 })
}

/** The synchronous step after Redis' answer. */
function decide(world: World, rules: Rules): Step<World> {
  const isDenied = rules.denyAfterAnswer ? denied(world, rules) : world.verifyDenied
  if (snapshotServes(world) && !isDenied && leaseHolds(world, rules)) {
    return saysYes({ ...world, near: world.gotSnapshot })
  }
  if (!world.isChange && (isDenied || world.gotMark)) return saysNo(world)
  const mismatch = world.gotSnapshot !== 0 && world.gotSnapshot !== Number(world.verifyRotated) + 1
  if (mismatch && !rules.mismatchIsNoAnswer) return saysNo(world)
  return does('has to ask Postgres', { ...world, ...noAnswer, verify: 3, verifyDenied: false })
}

function askPostgres(world: World, rules: Rules, fault: Fault): Step<World>[] {
  const steps: Step<World>[] = []
  const near = Number(world.verifyRotated) + 1
  if (!world.split) {
    steps.push(world.committed || denied(world, rules) ? saysNo(world) : saysYes({ ...world, near }))
  }
  if (!rules.ownRead && world.fill !== 0 && world.fillByB) {
    // Another verify's read, from before the commit or the rotation, is still under way.
    const stale = world.fill !== Number(world.verifyRotated) + 1
    steps.push(denied(world, rules) || stale ? saysNo(world) : saysYes({ ...world, near }))
  }
  if (fault.postgres.b || world.split) {
    const given503 = does('answers 503 to the verify', { ...world, ...noVerify })
    steps.push(rules.awayIsNoAnswer ? given503 : saysNo(world))
  }
  return steps
}

function denied(world: World, rules: Rules): boolean {
  return rules.denySet && world.denied && isDenied(world, rules)
}

function saysYes(world: World): Step<World> {
  const breaks = world.verifyAfter ? promises.final : null
  return { name: 'B says yes', next: { ...world, ...noVerify }, breaks }
}

function saysNo(world: World): Step<World> {
  const breaks = world.committed ? null : promises.noFalseNo
  return { name: 'B says no', next: { ...world, ...noVerify }, breaks }
}

function named(snapshot: number, mark: boolean): string {
  const found = [snapshot === 0 ? '' : 'a snapshot', mark ? 'the mark' : ''].filter(Boolean)
  return found.join(' and ') || 'nothing'
}

function does(what: string, next: World): Step<World> {
  return { name: `B ${what}`, next, breaks: null }
}
