import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Contestant } from './contestant.ts'
import { startServer } from './server.ts'

const compiled = join(import.meta.dirname, '..', 'dist', 'peers')

/** Another way to keep sessions, set up as its documentation says, in one small file of `bench/peers`. */
export function peer(name: string, file: string, variant = ''): Contestant {
  return {
    name,
    kind: 'peer',
    async start(surroundings) {
      const { stores } = surroundings
      const databaseUrl = await stores.database(name)
      const redisUrl = stores.redis()
      const environment = {
        DATABASE_URL: databaseUrl,
        REDIS_URL: redisUrl,
        SECRET: randomBytes(32).toString('base64'),
        VARIANT: variant,
      }
      const server = await startServer({ name, file: join(compiled, file), environment, surroundings })
      return { ...server, databaseUrl, redisUrl }
    },
  }
}
