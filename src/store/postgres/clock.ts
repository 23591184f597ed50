import { sql } from 'drizzle-orm'
import type { Clock } from '../../clock.ts'
import type { Database } from './database.ts'

/** Sets the clock by the database's, in a statement of its own, so that nothing else adds to its travelling time. */
export async function synchroniseClock(database: Database, clock: Clock): Promise<void> {
  await database.run(async executor => {
    const answer = await executor.execute(sql`SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now`)
    clock.synchronise(Number(answer.rows[0]?.['now']))
  })
}
