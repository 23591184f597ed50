import { judgeRevoke } from './decisions.ts'
import type { Step } from './explorer.ts'
import type { Fault } from './faults.ts'
import type { Rules } from './rules.ts'
import { answered, broken, noRevoke, noVerify, type World } from './world.ts'

/** Revoking, by A or by B: commit → tell oneself and delete the snapshot → mark → wait → 2xx, or 503 and once more. */
export function revokeSteps(world: World, rules: Rules, fault: Fault): Step<World>[] {
  if (world.answered) return []
  if (world.revoke === 0) return [...begin(world, false, rules, fault), ...begin(world, true, rules, fault)]
  return goOn(world, world.revokeByB, rules, fault)
}

function begin(world: World, byB: boolean, rules: Rules, fault: Fault): Step<World>[] {
  if (byB && (!world.running || world.split)) return []
  if (world.committed && !rules.repeatWaits) {
    return [step(byB, 'answers 2xx to a repeated revoke', answered(world))]
  }
  if (rules.marksAfterCommit) return [commit(world, byB)]
  const early = { ...world, mark: true, revoke: 1, revokeByB: byB }
  return redisAway(fault, byB) ? [] : [step(byB, 'marks the session', early)]
}

function commit(world: World, byB: boolean): Step<World> {
  // A verify that is under way may say either from now on.
  const next = { ...world, ...noVerify, committed: true, revoke: 2, revokeByB: byB }
  // A repeated one is one more to acknowledge; a poll that is under way brings nothing then, which is the worst case.
  const again = { acknowledged: false, place: false, pollSaw: false }
  if (world.committed) return step(byB, 'commits the revocation once more', { ...next, ...again })
  return step(byB, 'commits the revocation', next)
}

function goOn(world: World, byB: boolean, rules: Rules, fault: Fault): Step<World>[] {
  switch (world.revoke) {
    case 1: {
      const given503 = step(byB, 'cannot commit, and answers 503', { ...world, ...noRevoke })
      return postgresAway(fault, byB) ? [commit(world, byB), given503] : [commit(world, byB)]
    }
    case 2: {
      const unheard = step(byB, 'does not hear of its commit, and answers 503', { ...world, ...noRevoke })
      const told = announce(world, byB, rules, fault)
      return postgresAway(fault, byB) ? [...told, unheard] : told
    }
    case 3:
      return mark(world, byB, rules, fault)
    default: {
      const again = countUnmarked(world, byB, rules) > 0 ? mark(world, byB, rules, fault) : []
      return [...again, ...look(world, byB, rules, fault)]
    }
  }
}

function announce(world: World, byB: boolean, rules: Rules, fault: Fault): Step<World>[] {
  const told = { ...world, revoke: 3, denied: byB || world.denied }
  if (!rules.deletes) return [step(byB, 'tells itself', told)]
  const steps = [step(byB, 'deletes the snapshot', { ...told, snapshot: 0, snapshotAge: 0 })]
  if (redisAway(fault, byB)) {
    steps.push(step(byB, 'cannot delete the snapshot', byB ? broken(told) : told))
  }
  return steps
}

function mark(world: World, byB: boolean, rules: Rules, fault: Fault): Step<World>[] {
  const waiting = { ...world, revoke: 4 }
  if (!rules.marks) return [step(byB, 'writes no mark', { ...waiting, marked: 1 })]
  const steps = [step(byB, 'marks the session', { ...waiting, mark: true, marked: 1 })]
  if (redisAway(fault, byB)) {
    const timedOut = byB ? broken(waiting) : waiting
    steps.push(step(byB, 'cannot mark the session', timedOut))
    steps.push(step(byB, 'sends a mark that is applied, but not confirmed', { ...timedOut, mark: true }))
  }
  if (fault.memoryShort) steps.push(step(byB, 'has its mark refused', waiting))
  if (world.isChange && postgresAway(fault, byB)) {
    steps.push(step(byB, 'cannot mark, without the time of the change', waiting))
  }
  return steps
}

function look(world: World, byB: boolean, rules: Rules, fault: Fault): Step<World>[] {
  const seen = { unaware: countUnaware(world, byB), unmarked: countUnmarked(world, byB, rules) }
  const unknown = { unaware: Number.POSITIVE_INFINITY, unmarked: Number.POSITIVE_INFINITY }
  const steps = judged(world, byB, seen, rules)
  return postgresAway(fault, byB) ? [...steps, ...judged(world, byB, unknown, rules)] : steps
}

function judged(
  world: World,
  byB: boolean,
  seen: { unaware: number; unmarked: number },
  rules: Rules,
): Step<World>[] {
  switch (judgeRevoke(world, seen, rules)) {
    case 'held': {
      const basis = seen.unaware === 0 ? '' : ', without having heard from all'
      return [step(byB, `answers 2xx${basis}`, answered(world))]
    }
    case 'unconfirmed':
      return [step(byB, 'answers 503', { ...world, ...noRevoke })]
    case 'wait':
      return []
  }
}

function countUnaware(world: World, byB: boolean): number {
  return Number(waitsForB(world, byB)) + Number(world.ghost)
}

/** Those who may trust a Redis in which the mark is not confirmed. */
function countUnmarked(world: World, byB: boolean, rules: Rules): number {
  if (!rules.markConfirmed) return 0
  const isMarked = world.marked !== 0
  const isMarkedForB = rules.markOnTheServerRead
    ? world.noted === 0 || world.marked === world.noted
    : isMarked
  return Number(waitsForB(world, byB) && !isMarkedForB) + Number(world.ghost && !isMarked)
}

function waitsForB(world: World, byB: boolean): boolean {
  return !byB && world.listed && !world.gone && !world.acknowledged
}

function redisAway(fault: Fault, byB: boolean): boolean {
  return byB ? fault.redis.b : fault.redis.a
}

function postgresAway(fault: Fault, byB: boolean): boolean {
  return byB ? fault.postgres.b : fault.postgres.a
}

function step(byB: boolean, what: string, next: World): Step<World> {
  return { name: `${byB ? 'B' : 'A'} ${what}`, next, breaks: null }
}
