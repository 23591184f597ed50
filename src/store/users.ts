import { eq, sql } from 'drizzle-orm'
import { Problem } from '../errors.ts'
import type { Account } from '../security/accounts.ts'
import type { LockedUser, NewUser } from '../session/ports.ts'
import type { Database, Executor } from './database.ts'
import { forgetDeletedUser } from './events.ts'
import { userSessions, users } from './schema.ts'

export type UserStore = ReturnType<typeof createUserStore>

export function createUserStore(database: Database) {
  return {
    /** Without regard to case. */
    findByEmail: (email: string) =>
      database.run(executor => findOne(executor, sql`lower(${users.email}) = lower(${email})`)),
    find: (userId: string) => database.run(executor => findOne(executor, eq(users.id, userId))),
    /** Replaces the hash only if it is still the one that was checked; for a rehash at sign-in. */
    replacePasswordHash: (userId: string, expected: string, replacement: string) =>
      database.run(async executor => {
        await executor
          .update(users)
          .set({ passwordHash: replacement })
          .where(sql`${users.id} = ${userId} AND ${users.passwordHash} = ${expected}`)
      }),
  }
}

async function findOne(executor: Executor, condition: ReturnType<typeof sql>): Promise<Account | null> {
  const [row] = await executor
    .select({
      id: users.id,
      email: users.email,
      passwordHash: users.passwordHash,
      roles: users.roles,
      disabledAt: users.disabledAt,
    })
    .from(users)
    .where(condition)
  if (row === undefined) return null
  const { disabledAt, ...user } = row
  return { ...user, disabled: disabledAt !== null }
}

/** Throws `email_taken`. */
export async function insertUser(executor: Executor, user: NewUser): Promise<void> {
  const inserted = await executor
    .insert(users)
    .values({ ...user, roles: [...user.roles] })
    .onConflictDoNothing()
    .returning({ id: users.id })
  if (inserted.length === 0) throw new Problem('email_taken')
}

export async function lockUser(executor: Executor, userId: string): Promise<LockedUser | null> {
  const [row] = await executor
    .select({ roles: users.roles, disabledAt: users.disabledAt, passwordHash: users.passwordHash })
    .from(users)
    .where(eq(users.id, userId))
    .for('update')
  return row === undefined
    ? null
    : { roles: row.roles, disabled: row.disabledAt !== null, passwordHash: row.passwordHash }
}

export async function updateUser(
  executor: Executor,
  userId: string,
  change: { passwordHash?: string; disabled?: boolean },
): Promise<void> {
  const { passwordHash, disabled } = change
  const disabledAt = disabled ? sql`coalesce(${users.disabledAt}, clock_timestamp())` : null
  await executor
    .update(users)
    .set({
      ...(passwordHash === undefined ? {} : { passwordHash }),
      ...(disabled === undefined ? {} : { disabledAt }),
    })
    .where(eq(users.id, userId))
}

/** Deletes the user; what must stay for the record (sessions, events) keeps nothing personal. */
export async function deleteUser(executor: Executor, userId: string): Promise<void> {
  await executor
    .update(userSessions)
    .set({
      ipAddress: null,
      userAgent: null,
      deviceName: null,
      deviceInfo: { type: 'unknown', os: null, browser: null },
      metadata: {},
    })
    .where(eq(userSessions.userId, userId))
  await executor.delete(users).where(eq(users.id, userId))
  await forgetDeletedUser(executor, userId)
}
