import { ticks } from './decisions.ts'
import type { Step } from './explorer.ts'
import type { Fault } from './faults.ts'
import type { Rules } from './rules.ts'
import { noMemory, noPoll, noRow, type World } from './world.ts'

/** B starts, follows the feed, acknowledges, and stops. */
export function followSteps(world: World, rules: Rules, fault: Fault): Step<World>[] {
  if (!world.running) {
    return [does('starts', { ...world, ...noMemory, running: true, polled: rules.windowFirst ? -1 : 0 })]
  }
  const steps = world.split ? [] : reaching(world, rules)
  if (world.poll === 1) steps.push(does('has the answer of its poll', end(world, rules)))
  if ((fault.postgres.b || world.split) && (world.poll !== 0 || !world.pollFailed)) {
    steps.push(does('misses a poll', { ...world, ...noPoll, pollFailed: true, place: false }))
  }
  return steps
}

/** What takes Postgres. */
function reaching(world: World, rules: Rules): Step<World>[] {
  const steps = leave(world, rules)
  const lateToRegister = !rules.registersFirst && world.polled < 0
  const startsOver = world.gone && world.poll === 0 && rules.registersAfterSilence
  if (startsOver || (!world.registered && !lateToRegister)) steps.push(register(world))
  else if (world.poll === 0) steps.push(begin(world, rules))
  if (world.poll === 2) steps.push(acknowledge(world, rules))
  return steps
}

function register(world: World): Step<World> {
  return does('registers', { ...world, ...noRow, listed: true, registered: true })
}

function begin(world: World, rules: Rules): Step<World> {
  const early = !rules.acknowledgesWhatItKnows && !world.answered
  const acknowledged = early ? world.committed : world.acknowledged
  const poll = { poll: 1, pollAge: 0, pollSaw: world.committed, pollUnbroken: true }
  return does('begins a poll', { ...world, ...poll, acknowledged })
}

function end(world: World, rules: Rules): World {
  // What is older than the window is not read any more.
  const isNews = world.pollSaw && world.sinceCommit < ticks.window
  return {
    ...world,
    ...noPoll,
    poll: world.registered ? 2 : 0,
    denied: isNews || world.denied,
    place: world.pollSaw,
    polled: rules.leaseFromBegin ? world.pollAge : 0,
    pollFailed: false,
    unbroken: world.pollUnbroken || !rules.unbrokenFromBegin,
  }
}

function acknowledge(world: World, rules: Rules): Step<World> {
  if (world.listed) {
    const row = { acknowledged: world.place, sameServer: !world.split }
    return does('acknowledges', { ...world, ...noPoll, ...(world.answered ? {} : row), gone: false })
  }
  const startedOver = { registered: false, place: false, polled: -1 }
  return does('is not on the list', {
    ...world,
    ...noPoll,
    gone: false,
    ...(rules.lapsesOffTheList ? startedOver : {}),
  })
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
