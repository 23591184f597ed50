import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { readConfig } from '../../src/config/config.ts'
import { createLogger } from '../../src/observability.ts'
import { createServices } from '../../src/services.ts'
import { migrate } from '../../src/store/postgres/migrate.ts'
import { connected, run, type Stores } from '../field/stores.ts'
import { type FloorSession, insertFloorSessions } from './floor-sessions.ts'
import { insertPeople, type Person } from './people.ts'
import { createMint, insertSessions, type MintedSession } from './sessions.ts'

/** What stands in the databases before anybody is measured, and the tokens to ask with. */
export type Seed = {
  /** Of every instance of the service; tokens are minted with it. */
  secret: string
  /** Databases to copy. */
  templates: { latchkey: string; floors: string }
  /** Who has a password, and no session yet. */
  people: readonly Person[]
  passwordHash: string
  /** Five to a user. */
  sessions: readonly MintedSession[]
  /** Others, whose tokens change under load. */
  refreshable: readonly MintedSession[]
  /** A session of somebody else, for whoever wants to see a revoke work. */
  victim: MintedSession
  /** Sessions to revoke, with one of the same user that stays. */
  revocable: readonly { id: string; caller: MintedSession }[]
  floorSessions: readonly FloorSession[]
}

export type Sizes = { people: number; sessions: number; refreshable: number; revocable: number }

const sessionsPerUser = 5
const callers = 200

export async function plant(stores: Stores, sizes: Sizes): Promise<Seed> {
  const secret = randomBytes(32).toString('base64')
  const url = await stores.database('latchkey_seed')
  await migrate(url)
  const services = createServices(
    readConfig({ DATABASE_URL: url, LATCHKEY_SECRET: secret, CLEANUP_INTERVAL_SECONDS: '0' }),
    createLogger('silent'),
  )
  try {
    await services.start()
    const mint = createMint(services)
    const planted = await connected(url, async client => {
      const owners = Math.ceil((sizes.sessions + sizes.refreshable) / sessionsPerUser)
      const { people, passwordHash } = await insertPeople(client, owners + callers + sizes.people)
      const owned = Array.from({ length: owners * sessionsPerUser }, (_unused, index) =>
        mint(ownerOf(people, index)),
      )
      const victim = mint(ownerOf(people, sizes.sessions))
      const calling = people.slice(owners, owners + callers).map(person => mint(person.id))
      await insertSessions(client, [...owned, ...calling, victim])
      const revocable = await insertRevocable(client, calling, sizes.revocable)
      await client.query('VACUUM ANALYZE')
      return {
        people: people.slice(owners + callers),
        passwordHash,
        sessions: owned.slice(0, sizes.sessions),
        refreshable: owned.slice(sizes.sessions, sizes.sessions + sizes.refreshable),
        victim,
        revocable,
      }
    })
    const floors = await stores.database('floors_seed')
    const floorSessions = await insertFloorSessions(floors, sizes.refreshable * 2)
    return {
      secret,
      templates: { latchkey: 'latchkey_seed', floors: 'floors_seed' },
      ...planted,
      floorSessions,
    }
  } finally {
    await services.close()
    // Now, so that it does not fall into a measurement.
    await run(url, 'CHECKPOINT')
  }
}

function ownerOf(people: readonly Person[], index: number): string {
  const owner = people[Math.floor(index / sessionsPerUser)]
  if (owner === undefined) throw new RangeError('there are not enough users')
  return owner.id
}

/** Nobody presents their tokens, so that any hash will do. */
async function insertRevocable(
  client: pg.Client,
  calling: readonly MintedSession[],
  count: number,
): Promise<Seed['revocable']> {
  const [first] = calling
  if (first === undefined) throw new RangeError('there are no callers')
  const made = Array.from({ length: count }, (_unused, index) => {
    const caller = calling[index % calling.length] ?? first
    return { caller, session: { ...caller, id: crypto.randomUUID() } }
  })
  await insertSessions(
    client,
    made.map(({ session }) => session),
  )
  return made.map(({ caller, session }) => ({ id: session.id, caller }))
}
