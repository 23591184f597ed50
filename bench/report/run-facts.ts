import { readFile } from 'node:fs/promises'
import { cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import type { Cores } from '../field/cores.ts'
import type { Stores } from '../field/stores.ts'
import type { RowResult } from '../measure/rounds.ts'
import type { Standstills } from '../measure/standstill.ts'

/** All that a run has found, as it stands in its JSON. */
export type Run = {
  facts: RunFacts
  rows: RowResult[]
}

/** Where and how it was measured. */
export type RunFacts = {
  /** RFC 3339, UTC. */
  date: string
  machine: { processor: string; processors: number; memoryBytes: number; system: string }
  /** In words, for people. */
  versions: Record<string, string>
  cores: Cores
  /** Whether the cores were kept from going to sleep. */
  keptAwake: boolean
  loadGenerator: string
  rounds: number
  seconds: number
  connections: number
  /** Turns that were taken anew, as the machine had stood still. */
  standstills: number
}

const root = join(import.meta.dirname, '..', '..')

export async function factsOf(run: {
  stores: Stores
  cores: Cores
  keptAwake: boolean
  wrk: string | null
  rounds: number
  seconds: number
  connections: number
  standstills: Standstills
}): Promise<RunFacts> {
  const { stores, cores, keptAwake, wrk, rounds, seconds, connections, standstills } = run
  const [processor] = cpus()
  const autocannon = await versionOf(join(root, 'bench'), 'autocannon')
  return {
    date: new Date().toISOString(),
    machine: {
      processor: processor?.model.trim() ?? 'unknown',
      processors: cpus().length,
      memoryBytes: totalmem(),
      system: `${type()} ${release()}`,
    },
    versions: {
      Latchkey: await ownVersion(),
      'Node.js': process.versions.node,
      PostgreSQL: stores.how.postgres.replace('PostgreSQL ', ''),
      Redis: stores.how.redis.replace('Redis ', ''),
      ...(await versionsIn(root, ['fastify', 'ioredis', 'pg', '@node-rs/argon2'])),
      ...(await versionsIn(join(root, 'bench'), peerPackages)),
    },
    cores,
    keptAwake,
    loadGenerator: wrk === null ? `autocannon ${autocannon}` : `wrk ${wrk}`,
    rounds,
    seconds,
    connections,
    standstills: standstills.count(),
  }
}

const peerPackages = [
  'better-auth',
  '@fastify/session',
  'express-session',
  'connect-redis',
  'redis',
  'express',
]

async function versionsIn(folder: string, names: readonly string[]): Promise<Record<string, string>> {
  const versions = await Promise.all(names.map(name => versionOf(folder, name)))
  return Object.fromEntries(names.map((name, index) => [name, versions[index] ?? 'unknown']))
}

async function versionOf(folder: string, name: string): Promise<string> {
  return await manifestVersion(join(folder, 'node_modules', name, 'package.json'))
}

async function ownVersion(): Promise<string> {
  return await manifestVersion(join(root, 'package.json'))
}

async function manifestVersion(file: string): Promise<string> {
  const manifest: { version: string } = JSON.parse(await readFile(file, 'utf8'))
  return manifest.version
}
