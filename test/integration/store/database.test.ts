import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDatabase, type Database, type Executor } from '../../../src/store/postgres/database.ts'

let silent: Server
let database: Database

beforeAll(async () => {
  // Takes connections, and never says a word on them.
  silent = createServer().listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const address = silent.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  database = createDatabase(`postgres://127.0.0.1:${address.port}/latchkey`, 1)
})
afterAll(async () => {
  silent.close()
  await database.close()
})

it('whoever gets no connection in time has asked nothing, and is told that nothing was changed', async () => {
  const nothingChanged = {
    code: 'store_unavailable',
    message: 'The database cannot be reached; nothing was changed.',
  }
  const work = (executor: Executor) => executor.execute(sql`SELECT 1`)
  // One waits for a connection that is being opened, the other for the pool to have one.
  const outcomes = await Promise.allSettled([database.run(work), database.transaction(work)])
  expect(outcomes).toMatchObject([
    { status: 'rejected', reason: nothingChanged },
    { status: 'rejected', reason: nothingChanged },
  ])
})
