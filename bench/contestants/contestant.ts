import type { Cores } from '../field/cores.ts'
import type { Stores } from '../field/stores.ts'
import type { Seed } from '../seed/seed.ts'

/** What is measured: the service, a floor under it, or a peer. */
export type Contestant = {
  name: string
  kind: 'latchkey' | 'floor' | 'peer'
  start(surroundings: Surroundings): Promise<RunningContestant>
}

/** The process of a contestant that serves HTTP. */
export type Server = {
  url: string
  pid: number
  stop(): Promise<void>
  /** The last lines of its output, to explain a failure. */
  lastLines(): string[]
  /** Calls the listener with each further line of output. */
  onLine(listener: (line: string) => void): void
}

export type RunningContestant = Server & { databaseUrl: string | null; redisUrl: string | null }

export type Surroundings = {
  stores: Stores
  seed: Pick<Seed, 'secret' | 'templates' | 'passwordHash'>
  cores: Cores
  /** Where each process leaves a CPU profile when it ends; null for none. */
  profileFolder: string | null
}
