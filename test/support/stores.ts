import { randomBytes, randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { inject } from 'vitest'
import { query } from './database.ts'

// For the types of what global-setup provides.
import type {} from './global-setup.ts'

/** Postgres or Redis of one test file. What it does not drop itself goes at the end of the run. */
export interface FreshStore {
  url: string
  drop(): Promise<void>
}

/** A database with the schema and nothing in it, cloned from a template. */
export async function freshDatabase(): Promise<FreshStore> {
  const admin = inject('postgresUrl')
  const template = inject('templateDatabase')
  const name = `${template}_${randomBytes(5).toString('hex')}`
  await query(admin, `CREATE DATABASE ${name} TEMPLATE ${template}`)
  const url = new URL(admin)
  url.pathname = `/${name}`
  return {
    url: url.href,
    async drop() {
      await query(admin, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    },
  }
}

/** How long a numbered database stays taken after its test file's process is gone. */
const leaseMs = 10_000

/**
 * An empty numbered database that no other test file has at the same time, in whatever run. Keys are apart; channels
 * are not: Redis delivers what is published to the subscribers of all its numbered databases.
 */
export async function freshRedis(): Promise<FreshStore> {
  const keeper = await connect(inject('redisUrl'))
  const number = await lease(keeper)
  const renewal = setInterval(() => {
    keeper.pexpire(leaseOf(number), leaseMs).catch(() => {})
  }, leaseMs / 5).unref()

  const url = new URL(inject('redisUrl'))
  url.pathname = `/${number}`
  const own = await connect(url.href)
  await own.flushdb()
  own.disconnect()
  async function drop(): Promise<void> {
    if (!taken.delete(drop)) return
    clearInterval(renewal)
    await keeper.del(leaseOf(number))
    keeper.disconnect()
  }
  taken.add(drop)
  return { url: url.href, drop }
}

/** What the test file has taken and not dropped: the process goes on to the next file. */
const taken = new Set<() => Promise<void>>()

export async function dropRedis(): Promise<void> {
  await Promise.all([...taken].map(drop => drop()))
}

/** Leases are in database 0, which therefore no test gets. They run out by themselves if a process is killed. */
async function lease(keeper: Redis): Promise<number> {
  const numbers = (await databasesOf(keeper)) - 1
  if (numbers < 1) throw new Error('The tests need a Redis with at least two numbered databases')
  const start = randomInt(numbers)
  for (let tries = 0; tries < 60_000; tries++) {
    const number = 1 + ((start + tries) % numbers)
    if ((await keeper.set(leaseOf(number), '1', 'PX', leaseMs, 'NX')) === 'OK') return number
    if (tries % numbers === numbers - 1) await sleep(250)
  }
  throw new Error('All numbered databases of the Redis for tests are taken')
}

function leaseOf(number: number): string {
  return `latchkey-test:database:${number}`
}

/** Hosted ones may refuse to tell; 16 is what a Redis has unless told otherwise. */
async function databasesOf(keeper: Redis): Promise<number> {
  const answer = await keeper.config('GET', 'databases').catch(() => [])
  return Array.isArray(answer) ? Number(answer[1] ?? 16) : 16
}

async function connect(url: string): Promise<Redis> {
  const client = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1 })
  client.on('error', () => {})
  await client.connect()
  return client
}
