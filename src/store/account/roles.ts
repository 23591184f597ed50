import { and, eq, isNull } from 'drizzle-orm'
import type { Propagation } from '../../session/revocation/propagation.ts'
import type { DoneBy } from '../../session/session.ts'
import type { Database, Executor } from '../postgres/database.ts'
import { userSessions } from '../postgres/schema/sessions.ts'
import { users } from '../postgres/schema/users.ts'
import { insertEvents } from '../session/events.ts'
import { announceUser } from '../session/revocation/user-changes.ts'
import { lockUser } from '../session/user-lock.ts'

/** Role changes change what users may do; their sessions continue. */
export function createRoles(database: Database, propagation: Propagation) {
  return {
    /**
     * Sets the roles of a user, and returns them. Resolves when no instance uses the previous ones; a repeated call waits
     * like the first. Null if there is no such user. Throws `revocation_unconfirmed`.
     */
    async change(userId: string, roles: readonly string[], by: DoneBy): Promise<string[] | null> {
      const wanted = [...new Set(roles)].sort()
      const change = await database.transaction(executor => setRoles(executor, userId, wanted, by))
      if (change === null) return null
      await propagation.confirmUser({ userId, revoked: [], ...change })
      return wanted
    },
  }
}

async function setRoles(
  executor: Executor,
  userId: string,
  roles: string[],
  by: DoneBy,
): Promise<{ xid: string; sessionIds: string[] } | null> {
  const user = await lockUser(executor, userId)
  if (user === null) return null
  const from = [...user.roles].sort()
  if (from.join() !== roles.join()) {
    await executor.update(users).set({ roles }).where(eq(users.id, userId))
    await insertEvents(executor, [
      { ...by, type: 'roles_changed', userId, sessionId: null, details: { from, to: roles } },
    ])
  }
  const sessions = await executor
    .select({ id: userSessions.id })
    .from(userSessions)
    .where(and(eq(userSessions.userId, userId), isNull(userSessions.revokedAt)))
  return { xid: await announceUser(executor, userId), sessionIds: sessions.map(session => session.id) }
}
