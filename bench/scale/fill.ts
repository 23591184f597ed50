import { createHash } from 'node:crypto'
import type pg from 'pg'
import { readConfig } from '../../src/config/config.ts'
import { createLogger } from '../../src/observability.ts'
import { createServices } from '../../src/services.ts'
import { deviceFacts } from '../../src/session/device/device.ts'
import { migrate } from '../../src/store/postgres/migrate.ts'
import { connected } from '../field/stores.ts'
import {
  absoluteLifetimeSeconds,
  clientType,
  createMint,
  insertSessions,
  type MintedSession,
  userAgent,
} from '../seed/sessions.ts'
import { choosePlaces, type Places, type Purpose, sessionsPerUser } from './places.ts'

/** Sessions out of all, at random places, whose tokens are known. */
export type Sample = {
  verify: readonly MintedSession[]
  refresh: readonly MintedSession[]
  revoke: readonly { id: string; caller: MintedSession }[]
}

const batchSize = 100_000
const dayMs = 86_400_000

/**
 * Live sessions of the last six days and expired ones of a month ago, in the order of their age, as in a table that has
 * grown. Postgres makes the rows that nobody holds a token of: sending them to it would take longer.
 */
export async function fill(
  url: string,
  secret: string,
  sizes: { sessions: number; expired: number },
): Promise<Sample> {
  await migrate(url)
  const config = readConfig({ DATABASE_URL: url, LATCHKEY_SECRET: secret })
  const services = createServices(config, createLogger('silent'))
  try {
    await services.start()
    const live = sizes.sessions - sizes.expired
    const users = Math.ceil(live / sessionsPerUser)
    const places = choosePlaces(live, users)
    const minted = mintAt(places, createMint(services), { users, live })
    return await connected(url, async client => {
      await insertUsers(client, users)
      await insertRange(client, { ...ageOf(sizes.expired, 33, 1), count: sizes.expired, users }, new Map())
      await insertRange(client, { ...ageOf(live, 6, 6), count: live, users }, minted)
      await client.query('VACUUM ANALYZE')
      await client.query('CHECKPOINT')
      const sessionsFor = (purpose: Purpose) =>
        [...minted].filter(([place]) => places.get(place) === purpose).map(([, session]) => session)
      return {
        verify: shuffled(sessionsFor('verify')),
        refresh: shuffled(sessionsFor('refresh')),
        revoke: shuffled(await othersOf(client, sessionsFor('call'))),
      }
    })
  } finally {
    await services.close()
  }
}

/** The oldest one's moment of sign-in, and the time from one to the next. */
function ageOf(count: number, daysAgo: number, days: number): { begin: number; stepMs: number } {
  return { begin: Date.now() - daysAgo * dayMs, stepMs: (days * dayMs) / Math.max(1, count) }
}

function mintAt(
  places: Places,
  mint: ReturnType<typeof createMint>,
  { users, live }: { users: number; live: number },
): Map<number, MintedSession> {
  const { begin, stepMs } = ageOf(live, 6, 6)
  return new Map(
    [...places.keys()]
      .sort((a, b) => a - b)
      .map(place => [place, mint(userId(place % users), Math.floor(begin + place * stepMs))]),
  )
}

/** The same as the SQL below makes. */
function userId(user: number): string {
  const digits = createHash('md5').update(`user ${user}`).digest('hex')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

async function insertUsers(client: pg.Client, users: number): Promise<void> {
  await client.query(
    `INSERT INTO users (id, email)
     SELECT md5('user ' || i)::uuid, 'person' || i || '@example.com' FROM generate_series(0, $1::int - 1) AS i`,
    [users],
  )
}

async function insertRange(
  client: pg.Client,
  range: { begin: number; stepMs: number; count: number; users: number },
  minted: ReadonlyMap<number, MintedSession>,
): Promise<void> {
  for (let from = 0; from < range.count; from += batchSize) {
    const to = Math.min(from + batchSize, range.count)
    const known = [...minted].filter(([place]) => from <= place && place < to)
    await insertUnknown(client, { ...range, from, to, except: known.map(([place]) => place) })
    await insertSessions(
      client,
      known.map(([, session]) => session),
    )
  }
}

/** Rows as rotation leaves them when cleanup has erased the successors; their tokens exist nowhere. */
async function insertUnknown(
  client: pg.Client,
  rows: { from: number; to: number; except: number[]; users: number; begin: number; stepMs: number },
): Promise<void> {
  const { from, to, except, users, begin, stepMs } = rows
  await client.query(
    `INSERT INTO user_sessions (id, user_id, access_token_hash, refresh_token_hash, previous_access_token_hash,
       previous_refresh_token_hash, family_hash, rotation, client_type, auth_method, rotated_at, created_at,
       authenticated_at, last_activity_at, refresh_expires_at, expires_at, ip_address, user_agent, device_info)
     SELECT uuidv7(created_at - clock_timestamp()), md5('user ' || (i % $3::int))::uuid,
       sha256(uuid_send(gen_random_uuid())), sha256(uuid_send(gen_random_uuid())),
       sha256(uuid_send(gen_random_uuid())), sha256(uuid_send(gen_random_uuid())),
       sha256(uuid_send(gen_random_uuid())), 1, $4, 'password', created_at, created_at,
       created_at, created_at, created_at + interval '7 days', created_at + make_interval(secs => $5),
       '192.0.2.1', $6, $7
     FROM generate_series($1::int, $2::int - 1) AS i,
       LATERAL (SELECT to_timestamp(($8::float8 + i * $9::float8) / 1000) AS created_at) AS age
     WHERE i <> ALL ($10::int[])`,
    [
      from,
      to,
      users,
      clientType,
      absoluteLifetimeSeconds,
      userAgent,
      deviceFacts(userAgent),
      begin,
      stepMs,
      except,
    ],
  )
}

/** What the callers may revoke and nobody else uses. */
async function othersOf(client: pg.Client, callers: readonly MintedSession[]): Promise<Sample['revoke']> {
  const byUser = new Map(callers.map(caller => [caller.userId, caller]))
  const { rows } = await client.query<{ id: string; user_id: string }>(
    `SELECT id, user_id FROM user_sessions
     WHERE user_id = ANY ($1::uuid[]) AND id <> ALL ($2::uuid[]) AND expires_at > now()`,
    [[...byUser.keys()], callers.map(caller => caller.id)],
  )
  return rows.flatMap(({ id, user_id }) => {
    const caller = byUser.get(user_id)
    return caller === undefined ? [] : [{ id, caller }]
  })
}

function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map(item => ({ item, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item)
}
