import { createContinuity } from '../../src/session/continuity.ts'
import { isInGrace } from '../../src/session/policy.ts'
import { type Exploration, explore, type Step } from './explorer.ts'

/** The rules by which a grace neither reopens nor runs out during an outage. Each can be taken out. */
export const graceRules = {
  /** An outage does not count. */
  outageStopsTime: true,
  /** Neither a start nor the end of an outage begins the grace anew. */
  neverAnew: true,
  /** A running instance counts an outage from when it has noticed it, not from the last answer before. */
  countsFromNotice: true,
  /** What was an outage before a start is told by when an instance was last seen. */
  startsFromSeen: true,
  /** … and a while later than that, for it went on judging until its next sign of life. */
  afterItsLastWord: true,
  /** The first to be seen again puts the outage on record, for those who start later. */
  recordsOutage: true,
  /** … before it is seen. */
  recordsBeforeSeen: true,
  /** An instance that stops in an orderly way leaves on record when it was last seen. */
  leaverStays: true,
}

export type GraceRules = typeof graceRules

/**
 * Postgres, two instances, and one session that was rotated at 0. Times are ticks since then. An instance shows that it is
 * alive at the beginning of each tick, and notices an outage within one. There is one outage at most, of Postgres or of
 * both instances, for as long as the model likes; instances come and go as they like.
 */
type World = {
  now: number
  /** Ticks in which the service could be used. */
  usable: number
  postgres: boolean
  outages: number
  aUp: boolean
  bUp: boolean
  /** The outage that an instance knows of; -1: none. */
  aFrom: number
  aTo: number
  bFrom: number
  bTo: number
  /** Since when it knows of the one under way. */
  aNoticed: number
  bNoticed: number
  /** When an instance was last seen; -1: nobody knows. */
  seen: number
  recordFrom: number
  recordTo: number
  /** What an instance has said, or another before it started: the grace is over. An outage that one alone has had is its own. */
  aOver: boolean
  bOver: boolean
}

const initial: World = {
  now: 0,
  usable: 0,
  postgres: true,
  outages: 0,
  aUp: true,
  bUp: true,
  aFrom: -1,
  aTo: -1,
  bFrom: -1,
  bTo: -1,
  aNoticed: -1,
  bNoticed: -1,
  seen: 0,
  recordFrom: -1,
  recordTo: -1,
  aOver: false,
  bOver: false,
}

const graceTicks = 3
const lastTick = 6
const promises = {
  reopens: '4: a grace that was over is open again',
  falseReuse: '2: a client whose answer was lost is taken for a thief',
}

export function checkGrace(rules: GraceRules): Exploration {
  return explore(
    initial,
    world => [...tick(world), ...postgresSteps(world, rules), ...instanceSteps(world, rules)],
    500_000,
  )
}

export function graceWithout(rule: keyof GraceRules): GraceRules {
  return { ...graceRules, [rule]: false }
}

type Name = 'a' | 'b'
const names: readonly Name[] = ['a', 'b']
const isUp = (world: World, name: Name) => (name === 'a' ? world.aUp : world.bUp)
const isUsable = (world: World) => world.postgres && (world.aUp || world.bUp)

function tick(world: World): Step<World>[] {
  const unnoticed = !world.postgres && names.some(name => isUp(world, name) && noticedBy(world, name) < 0)
  // Within a tick of its beginning.
  if (world.now === lastTick || (unnoticed && world.now > world.seen)) return []
  const alive = isUsable(world)
  const next = {
    now: world.now + 1,
    usable: world.usable + Number(alive),
    seen: alive ? world.now : world.seen,
  }
  return [happens('— a tick passes', { ...world, ...next })]
}

function postgresSteps(world: World, rules: GraceRules): Step<World>[] {
  if (world.postgres) {
    if (world.outages > 0 || !isUsable(world)) return []
    return [happens('Postgres goes down', { ...world, postgres: false, outages: 1 })]
  }
  return [
    ...names.flatMap(name => notice(world, name, rules)),
    happens('Postgres comes back', recovered(world, rules)),
  ]
}

function notice(world: World, name: Name, rules: GraceRules): Step<World>[] {
  if (!isUp(world, name) || noticedBy(world, name) >= 0) return []
  const since = rules.countsFromNotice ? world.now : world.seen
  return [happens(`${name} notices that Postgres is down`, noticing(world, name, since))]
}

function recovered(world: World, rules: GraceRules): World {
  let next: World = { ...world, postgres: true }
  for (const name of names) {
    const since = noticedBy(world, name)
    if (isUp(world, name) && since >= 0) next = noticing(knowing(next, name, since, world.now), name, -1)
  }
  return world.aUp || world.bUp ? seenAgain(next, rules) : next
}

function instanceSteps(world: World, rules: GraceRules): Step<World>[] {
  return names.flatMap(name => {
    if (isUp(world, name)) return [...judge(world, name, rules), ...stop(world, name, rules)]
    return world.postgres ? [happens(`${name} starts`, started(world, name, rules))] : []
  })
}

function stop(world: World, name: Name, rules: GraceRules): Step<World>[] {
  const other = isUp(world, name === 'a' ? 'b' : 'a')
  if (!other && world.outages > 0) return []
  const cleared = noticing(knowing(world, name, -1, -1), name, -1)
  const stopped = { ...cleared, ...upAs(name, false), outages: other ? world.outages : 1 }
  const killed = happens(`${name} is killed`, stopped)
  if (!world.postgres) return [killed]
  const seen = rules.leaverStays ? world.now : other ? world.seen : -1
  return [killed, happens(`${name} stops in order`, { ...stopped, seen })]
}

function started(world: World, name: Name, rules: GraceRules): World {
  const gap = gapOf(world, rules)
  const [from, to] = gap !== null && rules.startsFromSeen ? gap : [world.recordFrom, world.recordTo]
  const over = world.aOver || world.bOver
  return seenAgain(saying({ ...knowing(world, name, from, to), ...upAs(name, true) }, name, over), rules)
}

/** The time in which nobody was seen, if that is one. */
function gapOf({ seen, now }: World, rules: GraceRules): readonly [from: number, to: number] | null {
  if (seen < 0) return null
  const from = rules.afterItsLastWord ? seen + 1 : seen
  return now > seen + 1 ? [from, now] : null
}

function seenAgain(world: World, rules: GraceRules): World {
  const gap = gapOf(rules.recordsBeforeSeen ? world : { ...world, seen: world.now }, rules)
  const record = gap === null || !rules.recordsOutage ? {} : { recordFrom: gap[0], recordTo: gap[1] }
  return { ...world, ...record, seen: world.now }
}

/** A refresh or a verify with the token of before; what is over stays over, and an honest client is none who came late. */
function judge(world: World, name: Name, rules: GraceRules): Step<World>[] {
  if (isOpenFor(world, name, rules)) {
    const wasOver = name === 'a' ? world.aOver : world.bOver
    return [{ name: `${name} replays`, next: world, breaks: wasOver ? promises.reopens : null }]
  }
  // An outage takes a tick to be noticed.
  const isHonest = world.usable + world.outages < graceTicks
  const breaks = isHonest && world.postgres ? promises.falseReuse : null
  return [{ name: `${name} finds reuse`, next: saying(world, name, true), breaks }]
}

function isOpenFor(world: World, name: Name, rules: GraceRules): boolean {
  const { now } = world
  const [from, to] = name === 'a' ? [world.aFrom, world.aTo] : [world.bFrom, world.bTo]
  const noticed = noticedBy(world, name)
  const known = [...(from >= 0 ? [{ from, to }] : []), ...(noticed >= 0 ? [{ from: noticed, to: now }] : [])]
  if (!rules.neverAnew) return now - Math.max(0, ...known.map(outage => outage.to)) < graceTicks
  const continuity = createContinuity()
  if (rules.outageStopsTime) continuity.learn(known)
  return isInGrace(
    0,
    now * 1000,
    graceTicks,
    (since, until) => continuity.downtime(since / 1000, until / 1000) * 1000,
  )
}

const noticedBy = (world: World, name: Name) => (name === 'a' ? world.aNoticed : world.bNoticed)

function noticing(world: World, name: Name, since: number): World {
  return { ...world, ...(name === 'a' ? { aNoticed: since } : { bNoticed: since }) }
}

function knowing(world: World, name: Name, from: number, to: number): World {
  return { ...world, ...(name === 'a' ? { aFrom: from, aTo: to } : { bFrom: from, bTo: to }) }
}

function saying(world: World, name: Name, over: boolean): World {
  return { ...world, ...(name === 'a' ? { aOver: over } : { bOver: over }) }
}

function upAs(name: Name, up: boolean): Partial<World> {
  return name === 'a' ? { aUp: up } : { bUp: up }
}

function happens(name: string, next: World): Step<World> {
  return { name, next, breaks: null }
}
