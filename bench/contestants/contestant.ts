import type { Cores } from '../cores.ts'
import type { Seed } from '../seed/seed.ts'
import type { Stores } from '../stores.ts'
import type { Server } from './server.ts'

/** Somebody who is measured: the service, a floor under it, or a peer. */
export type Contestant = {
  name: string
  kind: 'latchkey' | 'floor' | 'peer'
  start(surroundings: Surroundings): Promise<RunningContestant>
}

export type RunningContestant = Server & { databaseUrl: string | null; redisUrl: string | null }

export type Surroundings = {
  stores: Stores
  seed: Pick<Seed, 'secret' | 'templates' | 'passwordHash'>
  cores: Cores
  /** Where each process leaves a CPU profile when it ends; null for none. */
  profileFolder: string | null
}
