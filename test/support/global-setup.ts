import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestProject } from 'vitest/node'
import { startPostgres, startRedis } from '../../scripts/stores.ts'
import { migrate } from '../../src/store/postgres/migrate.ts'
import { query } from './database.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Of an account that may create databases. */
    postgresUrl: string
    /** Migrated and empty, to be cloned; the names of the clones begin with it. */
    templateDatabase: string
    redisUrl: string
  }
}

type Log = (line: string) => void
type Store = { url: string; how: string; stop(): Promise<void> }

/** What a crash may lose is thrown away anyway. */
const fastPostgres = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '200',
}
/** One for each test file, and more. */
const redisDatabases = 256

/**
 * A real Postgres and a real Redis for the whole run, whichever projects take part in it: those of TEST_DATABASE_URL and
 * TEST_REDIS_URL, else containers where a Docker engine answers, else programs of this machine.
 */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const everybody = project.vitest.getRootProject()
  if (everybody.getProvidedContext().postgresUrl !== undefined) return undefined
  const log = (line: string) => project.vitest.logger.log(line)
  const undo: (() => Promise<void>)[] = []
  const teardown = async () => {
    for (const step of undo.reverse()) await step()
  }
  try {
    const docker = await engineAnswers()
    const postgres = await postgresStore(docker, log)
    undo.push(() => postgres.stop())
    const redis = await redisStore(docker, log)
    undo.push(() => redis.stop())
    log(`Postgres: ${postgres.how}\nRedis: ${redis.how}`)

    const template = `latchkey_template_${randomBytes(5).toString('hex')}`
    undo.push(() => dropAll(postgres.url, template))
    await query(postgres.url, `CREATE DATABASE ${template}`)
    await migrate(withDatabase(postgres.url, template))
    // A database can only be cloned while nobody is connected to it.
    await query(postgres.url, `ALTER DATABASE ${template} ALLOW_CONNECTIONS false`)

    everybody.provide('postgresUrl', postgres.url)
    everybody.provide('templateDatabase', template)
    everybody.provide('redisUrl', redis.url)
    return teardown
  } catch (error) {
    await teardown()
    throw error
  }
}

async function engineAnswers(): Promise<boolean> {
  const needed = !process.env['TEST_DATABASE_URL'] || !process.env['TEST_REDIS_URL']
  if (!needed) return false
  const { getContainerRuntimeClient } = await import('testcontainers')
  const found = getContainerRuntimeClient().then(
    () => true,
    () => false,
  )
  return await Promise.race([found, sleep(5_000, false, { ref: false })])
}

async function postgresStore(docker: boolean, log: Log): Promise<Store> {
  const url = process.env['TEST_DATABASE_URL']
  if (url) return { url, how: 'TEST_DATABASE_URL', stop: async () => {} }
  const container = docker ? await orNothing(postgresContainer, log) : undefined
  return container ?? (await startPostgres({ settings: fastPostgres, log }))
}

async function redisStore(docker: boolean, log: Log): Promise<Store> {
  const url = process.env['TEST_REDIS_URL']
  if (url) return { url, how: 'TEST_REDIS_URL', stop: async () => {} }
  const container = docker ? await orNothing(redisContainer, log) : undefined
  if (container !== undefined) return container
  const redis = await startRedis({ databases: redisDatabases, log })
  if (redis.kind === 'running') return redis
  throw new Error(
    `The integration tests need a Redis, and there is none (${redis.reason}): set TEST_REDIS_URL`,
  )
}

/** An engine may answer and yet have no way to the images. */
async function orNothing(start: () => Promise<Store>, log: Log): Promise<Store | undefined> {
  try {
    return await start()
  } catch (error) {
    log(`Docker answers, but: ${error instanceof Error ? error.message : error}`)
    return undefined
  }
}

async function postgresContainer(): Promise<Store> {
  const { PostgreSqlContainer } = await import('@testcontainers/postgresql')
  const settings = Object.entries(fastPostgres).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const container = await new PostgreSqlContainer('postgres:18')
    .withCommand(['postgres', ...settings])
    .start()
  return {
    url: container.getConnectionUri(),
    how: 'postgres:18 in Docker',
    stop: async () => void (await container.stop()),
  }
}

async function redisContainer(): Promise<Store> {
  const { GenericContainer } = await import('testcontainers')
  const container = await new GenericContainer('redis:8')
    .withExposedPorts(6379)
    .withCommand(['redis-server', '--save', '', '--appendonly', 'no', '--databases', `${redisDatabases}`])
    .start()
  return {
    url: `redis://${container.getHost()}:${container.getMappedPort(6379)}`,
    how: 'redis:8 in Docker',
    stop: async () => void (await container.stop()),
  }
}

/** The template and what test files have left of its clones; nothing else of a Postgres that may be anyone's. */
async function dropAll(url: string, template: string): Promise<void> {
  const created = await query<{ datname: string }>(
    url,
    'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
    [template],
  )
  for (const { datname } of created) await query(url, `DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`)
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}
