import { eq, sql } from 'drizzle-orm'
import { todaysPrefix } from '../../account/hashing/parameters.ts'
import type { Account, NewAccount, UserChange } from '../../account/ports.ts'
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
      deviceEpoch: users.deviceEpoch,
    })
    .from(users)
    .where(eq(users.id, userId))
  if (row === undefined) return null
  const { disabledAt, ...user } = row
  return { ...user, disabled: disabledAt !== null }
}

export async function hasAddress(executor: Executor, email: string): Promise<boolean> {
  const found = await executor
    .select({ id: users.id })
    .from(users)
    .where(sql`lower(${users.email}) = lower(${email})`)
  return found.length > 0
}

/** One probe of the index `users_by_imported_hash`, so that costs are found in a table of any size. */
export async function nextImportedHash(executor: Executor, past: string): Promise<string | null> {
  const [row] = await executor
    .select({ passwordHash: users.passwordHash })
    .from(users)
    .where(sql`${users.passwordHash} NOT LIKE ${today} AND ${beginning} > ${past}`)
    .orderBy(beginning)
    .limit(1)
  return row?.passwordHash ?? null
}

/** Exactly as in the index. */
const today = sql.raw(`'${todaysPrefix}%'`)
const beginning = sql`(left(${users.passwordHash}, 64) COLLATE "C")`

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

export async function updateUser(executor: Executor, userId: string, change: UserChange): Promise<void> {
  const { passwordHash, roles, disabled, forgetsDevices = false } = change
  const disabledAt = disabled ? sql`coalesce(${users.disabledAt}, clock_timestamp())` : null
  await executor
    .update(users)
    .set({
      ...(passwordHash === undefined ? {} : { passwordHash }),
      ...(roles === undefined ? {} : { roles: [...roles] }),
      ...(disabled === undefined ? {} : { disabledAt }),
      ...(forgetsDevices ? { deviceEpoch: sql`${users.deviceEpoch} + 1` } : {}),
    })
    .where(eq(users.id, userId))
}

/** Deletes the user. Sessions and events that must be kept contain no personal data afterwards. */
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
