import { sql } from 'drizzle-orm'
import type { Executor } from '../../postgres/database.ts'
import { userChanges } from '../../postgres/schema/users.ts'

/** Puts a change of the user on the feed, the last one only; the number of the transaction. */
export async function announceUser(executor: Executor, userId: string): Promise<string> {
  const [row] = await executor
    .insert(userChanges)
    .values({ userId })
    .onConflictDoUpdate({
      target: userChanges.userId,
      set: { xid: sql`excluded.xid`, createdAt: sql`excluded.created_at` },
    })
    .returning({ xid: sql<string>`${userChanges.xid}::text` })
  if (row === undefined) throw new Error('the change of the user was not returned')
  return row.xid
}
