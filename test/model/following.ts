import { ticks } from './decisions.ts'
import type { Step } from './explorer.ts'
import type { Fault } from './faults.ts'
import type { Rules } from './rules.ts'
import { broken, noMemory, noPoll, noRow, type World } from './world.ts'

/** B starts, follows the feed, acknowledges, and stops. */
export function followSteps(world: World, rules: Rules, fault: Fault): Step<World>[] {
  if (!world.running) {
    return [does('starts', { ...world, ...noMemory, running: true, polled: rules.windowFirst ? -1 : 0 })]
  }
  const steps = world.split ? [] : reaching(world, rules, fault)
  if (world.poll === 1) steps.push(does('has the answer of its poll', end(world, rules)))
  if ((fault.postgres.b || world.split) && (world.poll !== 0 || !world.pollFailed)) {
    steps.push(does('misses a poll', { ...world, ...noPoll, pollFailed: true, place: false }))
  }
  return steps
}

/** What takes Postgres. */
function reaching(world: World, rules: Rules, fault: Fault): Step<World>[] {
  const steps = leave(world, rules)
  const lateToRegister = !rules.registersFirst && world.polled < 0
  const startsOver = world.gone && world.poll === 0 && rules.registersAfterSilence
  if (startsOver || (!world.registered && !lateToRegister)) steps.push(register(world))
  else if (world.poll === 0) steps.push(...begin(world, rules, fault))
  if (world.poll === 2) steps.push(...acknowledge(world, rules, fault))
  return steps
}

function register(world: World): Step<World> {
  return does('registers', { ...world, ...noRow, listed: true, registered: true })
}

function begin(world: World, rules: Rules, fault: Fault): Step<World>[] {
  const early = !rules.acknowledgesWhatItKnows && !world.answered
  const acknowledged = early ? world.committed : world.acknowledged
  const poll = { poll: 1, pollAge: 0, pollSaw: world.committed, acknowledged }
  const begun = does('begins a poll', { ...world, ...poll, pollUnbroken: true, pollRedis: 1 })
  const withoutRedis = does('begins a poll without Redis', { ...broken(world), ...poll, pollRedis: 0 })
  return fault.redis.b ? [begun, withoutRedis] : [begun]
}

function end(world: World, rules: Rules): World {
  // What is older than the window is not read any more.
  const isNews = world.pollSaw && world.sinceCommit < ticks.window
  const isNoted = world.pollRedis !== 0 && (world.pollRedis === world.noted || !rules.vouchesOnlyWhenNoted)
  return {
    ...world,
    ...noPoll,
    ...(world.registered ? { poll: 2, pollRedis: world.pollRedis } : {}),
    denied: isNews || world.denied,
    place: world.pollSaw,
    polled: rules.leaseFromBegin ? world.pollAge : 0,
    pollFailed: false,
    unbroken: isNoted && (world.pollUnbroken || !rules.unbrokenFromBegin),
  }
}

function acknowledge(world: World, rules: Rules, fault: Fault): Step<World>[] {
  if (world.listed) {
    const acknowledged = world.place && !world.answered
    const noted = { ...world, ...noPoll, acknowledged, noted: world.pollRedis, gone: false }
    const unheard = { ...noted, pollFailed: true, place: false }
    const heard = does('acknowledges', noted)
    return fault.postgres.b ? [heard, does('acknowledges, and does not hear of it', unheard)] : [heard]
  }
  const startedOver = { registered: false, place: false, polled: -1 }
  const next = { ...world, ...noPoll, gone: false, ...(rules.lapsesOffTheList ? startedOver : {}) }
  return [does('is not on the list', next)]
}

function leave(world: World, rules: Rules): Step<World>[] {
  if (world.verify !== 0 || world.revokeByB) return []
  const stopped = { ...world, ...noMemory, ...noRow, running: false }
  const steps = [does('stops', stopped)]
  if (!world.listed || world.answered) return steps
  if (!rules.lapsesBeforeLeaving) steps.push(does('leaves the list', { ...world, ...noRow }))
  return steps
}

function does(what: string, next: World): Step<World> {
  return { name: `B ${what}`, next, breaks: null }
}
