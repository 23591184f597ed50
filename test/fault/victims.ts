import type { Redis } from 'ioredis'
import { until } from '../support/until.ts'
import type { Held, Person } from './person.ts'
import type { Stage } from './row.ts'

type Victims = { by: Held; victims: Held[] }

/** Sessions of somebody who is in nobody's way, asked about on every instance. */
export async function signedInVictims({ guest, bench }: Stage, count: number): Promise<Victims> {
  await until('the guest is signed in', async () => {
    if (guest.live().length <= count) await guest.signIn()
    return guest.live().length > count
  })
  const [by, ...victims] = guest.live()
  if (by === undefined) throw new Error('the guest is not signed in')
  for (const victim of victims) await verifyEverywhere(guest, victim, bench)
  return { by, victims }
}

/** The same, with snapshots in the bench's own Redis that are all fresh, since a refresh has just written them. */
export async function cachedVictims(stage: Stage, count: number): Promise<Victims> {
  const { guest, bench } = stage
  const { by, victims } = await signedInVictims(stage, count)
  const { client } = bench.redis
  for (const victim of victims) await guest.refresh(victim)
  // An answer does not wait for its snapshot to be written.
  await until('Redis knows the sessions that were asked about', async () => {
    for (const victim of victims) await verifyEverywhere(guest, victim, bench)
    const known = await Promise.all(victims.map(victim => keysOf(client, victim)))
    return known.every(keys => keys.length > 0)
  })
  return { by, victims }
}

/** With what it knew when its dump was kept; a dump without snapshots would prove nothing. */
export async function startFromDump({ bench: { redis } }: Stage, victims: readonly Held[]): Promise<void> {
  await redis.start('dump')
  for (const { id } of victims) {
    const known = await redis.client.keys(`*${id}*`)
    if (known.length === 0)
      throw new Error('the old dump has nothing of a session that was cached when it was made')
  }
}

/** For as long as a snapshot could live, and somewhat longer. */
export async function askForALifetime(
  stage: Stage,
  victims: readonly Held[],
  again?: () => Promise<unknown>,
): Promise<void> {
  await askFor(stage, stage.bench.cacheTtlMs + 1_000, victims, again)
  for (const victim of victims) await stage.guest.tryRefresh(victim)
}

/** Each on every instance, over and over; `again` comes before each time. */
export async function askFor(
  { guest, bench, history, hold }: Stage,
  durationMs: number,
  victims: readonly Held[],
  again: () => Promise<unknown> = async () => {},
): Promise<void> {
  const until = history.now() + durationMs
  while (history.now() < until) {
    await again()
    for (const victim of victims) await verifyEverywhere(guest, victim, bench)
    await hold(40)
  }
}

export async function verifyEverywhere(guest: Person, held: Held, { posts }: Stage['bench']): Promise<void> {
  await Promise.all(posts.map(post => guest.verify(held, post)))
}

/** Whatever Redis has of a session now, under whatever names: to be put back, and nothing else be left of it. */
export async function remember(client: Redis, held: Held): Promise<() => Promise<void>> {
  const kept = await Promise.all(
    (await keysOf(client, held)).map(async key => ({ key, value: await client.dumpBuffer(key) })),
  )
  if (kept.length === 0) throw new Error('Redis knows nothing of a session that was cached')
  return async () => {
    const now = await keysOf(client, held)
    const change = client.multi()
    if (now.length > 0) change.del(...now)
    for (const { key, value } of kept) if (value !== null) change.restore(key, 60_000, value)
    await change.exec()
  }
}

export async function keysOf(client: Redis, held: Held): Promise<string[]> {
  return await client.keys(`*${held.id}*`)
}
