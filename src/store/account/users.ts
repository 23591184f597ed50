import { eq, sql } from 'drizzle-orm'
import type { Account, NewAccount } from '../../account/ports.ts'
import { Problem } from '../../errors.ts'
import type { Executor } from '../postgres/database.ts'
import { userSessions } from '../postgres/schema/sessions.ts'
import { users } from '../postgres/schema/users.ts'
import { forgetDeletedUser } from '../session/events.ts'

export async function findUser(executor: Executor, userId: string): Promise<Account | null> {
  const [row] = await executor
    .select({
      id: users.id,
      email: users.email,
      passwordHash: users.passwordHash,
      roles: users.roles,
      disabledAt: users.disabledAt,
    })
    .from(users)
    .where(eq(users.id, userId))
  if (row === undefined) return null
  const { disabledAt, ...user } = row
  return { ...user, disabled: disabledAt !== null }
}

export async function replacePasswordHash(
  executor: Executor,
  userId: string,
  expected: string,
  replacement: string,
): Promise<void> {
  await executor
    .update(users)
    .set({ passwordHash: replacement })
    .where(sql`${users.id} = ${userId} AND ${users.passwordHash} = ${expected}`)
}

/** Throws `email_taken`. */
export async function insertUser(executor: Executor, user: NewAccount): Promise<void> {
  const inserted = await executor
    .insert(users)
    .values({ ...user, roles: [...user.roles] })
    .onConflictDoNothing()
    .returning({ id: users.id })
  if (inserted.length === 0) throw new Problem('email_taken')
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
