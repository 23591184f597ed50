import { join } from 'node:path'
import { password } from '../seed/people.ts'
import type { Contestant } from './contestant.ts'
import { startServer } from './server.ts'

const compiled = join(import.meta.dirname, '..', 'dist', 'floors')

export type FloorOptions = {
  variant?: string
  /** As the service keeps it. Else chance decides which of two speeds a process has (decision 86). */
  nextTick?: 'kept'
}

/** The least that a service could do which keeps its sessions in this way, in one small file of `bench/floors`. */
export function floor(name: string, file: string, options: FloorOptions = {}): Contestant {
  return {
    name,
    kind: 'floor',
    async start(surroundings) {
      const { stores, seed } = surroundings
      const databaseUrl = await stores.database(name, seed.templates.floors)
      const redisUrl = stores.redis()
      const environment = {
        DATABASE_URL: databaseUrl,
        REDIS_URL: redisUrl,
        PASSWORD: password,
        PASSWORD_HASH: seed.passwordHash,
        VARIANT: options.variant ?? '',
        NEXT_TICK: options.nextTick ?? '',
      }
      const server = await startServer({ name, file: join(compiled, file), environment, surroundings })
      return { ...server, databaseUrl, redisUrl }
    },
  }
}
