import { sql } from 'drizzle-orm'
import type { Executor } from './database.ts'

/** Before every id, and after every one: for walking `user_sessions` in the order of its primary key. */
export const firstId = '00000000-0000-0000-0000-000000000000'
export const lastId = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** The last id of the page of `size` rows behind `after`; null when fewer rows are left. */
export async function pageEnd(executor: Executor, after: string, size: number): Promise<string | null> {
  const end = await executor.execute<{ id: string }>(
    sql`SELECT id FROM user_sessions WHERE id > ${after} ORDER BY id OFFSET ${size - 1} LIMIT 1`,
  )
  return end.rows[0]?.id ?? null
}
