import { setTimeout as pause } from 'node:timers/promises'
import { buildFolder, createInstance } from './instance.ts'
import type { Held, Target } from './person.ts'
import type { Row, Stage } from './row.ts'
import { signedInVictims } from './victims.ts'

/** The instances of these rows are started with it: short enough to be outlasted. */
export const graceSeconds = 12
export const graceSettings = { ROTATION_GRACE_SECONDS: String(graceSeconds) }

const longerThanTheGraceMs = (graceSeconds + 2) * 1000

/** These rows are about the grace; what an instance that starts costs the others is seen elsewhere. */
const everything = () => true

/** Spent long before: their return is reuse, whatever has happened since. */
type Spent = readonly Held[]
/** Refreshed a moment before: as far as their clients know, the answer was lost. */
type Interrupted = readonly Held[]

export const instanceAdded: Row = {
  title: 'an instance is added, and tokens that were spent long before come back to it (T-GRACE)',
  mayFail: everything,
  async fault(stage) {
    const { spent } = await prepare(stage, 2, 0)
    const added = await createInstance('D', buildFolder, stage.bench.environment)
    await added.start()
    try {
      await comeBack(stage, spent, [added, ...stage.bench.posts])
    } finally {
      await added.stop()
    }
  },
}

export const rollingRestart: Row = {
  title: 'the instances are restarted one by one, and tokens that were spent long before come back (T-GRACE)',
  mayFail: everything,
  async fault(stage) {
    const { spent } = await prepare(stage, 3, 0)
    for (const post of stage.bench.posts) await stage.restart(post)
    await comeBack(stage, spent, stage.bench.posts)
  },
}

export const fullRestart: Row = {
  title: 'all instances are stopped for longer than the grace, and started again (T-GRACE)',
  mayFail: everything,
  async fault(stage) {
    const { bench, hold, out } = stage
    const { spent, interrupted } = await prepare(stage, 2, 2)
    const back = bench.posts.map(post => out(post))
    await Promise.all(bench.posts.map(post => post.stop()))
    await hold(longerThanTheGraceMs)
    const [first, ...others] = bench.posts
    await first.start()
    await retry(stage, interrupted.slice(0, 1), first)
    // They start beside another, and must know of the outage all the same.
    await Promise.all(others.map(post => post.start()))
    await retry(stage, interrupted.slice(1), others[1])
    await hold(200)
    for (const settle of back) settle()
    await comeBack(stage, spent, bench.posts)
  },
}

export const longOutage: Row = {
  title: 'Postgres is down for longer than the grace (T-GRACE)',
  mayFail: everything,
  async fault(stage) {
    const { bench, hold } = stage
    const { spent, interrupted } = await prepare(stage, 2, 2)
    await bench.disturb('postgres', { kind: 'refuse' })
    await hold(longerThanTheGraceMs)
    await bench.disturb('postgres', { kind: 'pass' })
    await retry(stage, interrupted, bench.posts[1])
    await comeBack(stage, spent, bench.posts)
  },
}

export const graceRows: readonly Row[] = [instanceAdded, rollingRestart, fullRestart, longOutage]

async function prepare(
  stage: Stage,
  spentCount: number,
  interruptedCount: number,
): Promise<{ spent: Spent; interrupted: Interrupted }> {
  const { guest, bench } = stage
  const { victims } = await signedInVictims(stage, spentCount + interruptedCount)
  const [spent, interrupted] = [victims.slice(0, spentCount), victims.slice(spentCount)]
  for (const held of spent) await guest.refresh(held)
  await bench
    .postgres()
    .query("UPDATE user_sessions SET rotated_at = rotated_at - interval '1 hour' WHERE id = ANY($1)", [
      spent.map(({ id }) => id),
    ])
  const keys = await bench.redis.client.keys('session:*')
  if (keys.length > 0) await bench.redis.client.del(...keys)
  for (const held of interrupted) await guest.refresh(held)
  return { spent, interrupted }
}

/** An honest client gets its pair, the very same; the checker looks at it. */
async function retry({ guest }: Stage, interrupted: Interrupted, at: Target): Promise<void> {
  for (const held of interrupted) await untilAnswered(() => guest.retryRefresh(held, at))
}

/** Neither the superseded access token nor the spent refresh token is good for anything; the session ends by it. */
async function comeBack({ guest }: Stage, spent: Spent, targets: readonly Target[]): Promise<void> {
  for (const [index, held] of spent.entries()) {
    const at = targets[index % targets.length]
    if (at === undefined) throw new Error('there is no instance to ask')
    await untilAnswered(() => guest.verifySpent(held, at))
    await guest.presentSpent(held, at)
  }
}

async function untilAnswered(ask: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await ask()); tries++) {
    if (tries === 100) throw new Error('there was no answer')
    await pause(100)
  }
}
