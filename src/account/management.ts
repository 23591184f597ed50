import type { SecurityEvent } from '../session/events.ts'
import { revokeAllInTransaction, revokeInTransaction } from '../session/revocation/revoke.ts'
import type { DoneBy } from '../session/session.ts'
import type { AccountParts } from './parts.ts'

/** What of a user is to be changed; what is left out stays. */
export type WantedUser = { roles?: readonly string[] | undefined; disabled?: boolean | undefined }

/** Throws when the caller must not manage a user with these roles. Asked behind the lock of the user's row. */
export type Guard = (roles: readonly string[]) => void

const anyone: Guard = () => undefined

/** Changes what a user may do, and ends an account. Resolves once no instance uses what was valid before. */
export function createManagement({ context, accounts }: Pick<AccountParts, 'context' | 'accounts'>) {
  const { propagation } = context

  /**
   * One transaction. A repeat waits like the first. False when there is no such user. Throws `revocation_unconfirmed`, and
   * what the guard throws.
   */
  async function change(userId: string, wanted: WantedUser, by: DoneBy, guard = anyone): Promise<boolean> {
    const { disabled } = wanted
    const roles = wanted.roles === undefined ? undefined : [...new Set(wanted.roles)].sort()
    const changed = await accounts.transaction(async tx => {
      const user = await tx.lockUser(userId)
      if (user === null) return null
      guard(user.roles)
      const sessionIds = await tx.lockSessions(userId)
      const revoked = disabled
        ? await revokeInTransaction(tx, { userId, sessionIds }, { ...by, reason: 'user_disabled' })
        : []
      await tx.updateUser(userId, { ...optional({ roles, disabled }), forgetsDevices: disabled === true })
      await tx.record(eventsOf(userId, user.roles, { roles, disabled }, by))
      const xid = roles === undefined ? null : await tx.announceUser(userId)
      return { userId, xid, revoked, sessionIds: disabled ? [] : sessionIds }
    })
    if (changed === null) return false
    const { xid, ...change } = changed
    if (xid === null) await propagation.confirm(change.revoked)
    else await propagation.confirmUser({ ...change, xid })
    return true
  }

  /** Ends the user's sessions and deletes the user's personal data. False when there is no such user. */
  async function remove(userId: string, by: DoneBy, guard = anyone): Promise<boolean> {
    const revoked = await accounts.transaction(async tx => {
      const user = await tx.lockUser(userId)
      if (user === null) return null
      guard(user.roles)
      const ended = await revokeAllInTransaction(
        tx,
        { userId, except: null },
        { ...by, reason: 'user_deleted' },
      )
      await tx.deleteUser(userId)
      await tx.record([{ ...by, userId, sessionId: null, type: 'user_deleted', details: {} }])
      return ended
    })
    if (revoked === null) return false
    await propagation.confirm(revoked)
    return true
  }

  return {
    change,
    delete: remove,
    disable: (userId: string, by: DoneBy) => change(userId, { disabled: true }, by),
    enable: (userId: string, by: DoneBy) => change(userId, { disabled: false }, by),
  }
}

type Change = { roles: readonly string[] | undefined; disabled: boolean | undefined }

function eventsOf(
  userId: string,
  before: readonly string[],
  { roles, disabled }: Change,
  { actor, origin }: DoneBy,
): SecurityEvent[] {
  const about = { userId, sessionId: null, actor, origin }
  const from = [...before].sort()
  const events: SecurityEvent[] = []
  if (roles !== undefined && from.join() !== roles.join()) {
    events.push({ ...about, type: 'roles_changed', details: { from, to: roles } })
  }
  if (disabled !== undefined) {
    events.push({ ...about, type: disabled ? 'user_disabled' : 'user_enabled', details: {} })
  }
  return events
}

/** Only what is to be changed. */
function optional({ roles, disabled }: Change): { roles?: readonly string[]; disabled?: boolean } {
  return { ...(roles === undefined ? {} : { roles }), ...(disabled === undefined ? {} : { disabled }) }
}
