import { eq, sql } from 'drizzle-orm'
import type { LockedUser } from '../../session/ports.ts'
import type { Executor } from '../postgres/database.ts'
import { preparedOnce } from '../postgres/prepared.ts'
import { users } from '../postgres/schema/users.ts'

const userToLock = preparedOnce(executor =>
  executor
    .select({ roles: users.roles, disabledAt: users.disabledAt, passwordHash: users.passwordHash })
    .from(users)
    .where(eq(users.id, sql.placeholder('userId')))
    .for('update')
    .prepare('lock_user'),
)

/** Locks the user's row until the end of the transaction; null when there is no such user. */
export async function lockUser(executor: Executor, userId: string): Promise<LockedUser | null> {
  const [row] = await userToLock(executor).execute({ userId })
  return row === undefined
    ? null
    : { roles: row.roles, disabled: row.disabledAt !== null, passwordHash: row.passwordHash }
}
