import { checkSession } from '../../session/policy.ts'
import { revokeAllInTransaction } from '../../session/revocation/revoke.ts'
import { mintRenewal } from '../../session/rotation/issue.ts'
import type { Origin, RevocationReason, SessionState, TokenPair } from '../../session/session.ts'
import type { CountedOn } from '../credentials.ts'
import { overloaded } from '../hashing/concurrency-limit.ts'
import type { AccountParts } from '../parts.ts'
import type { Account } from '../ports.ts'

export type PasswordChangeRequest = {
  userId: string
  sessionId: string
  currentPassword: string
  newPassword: string
  /** As for a sign-in: with it, a wrong current password is counted for this device only. */
  deviceToken: string | null
  origin: Origin
}

export type PasswordOutcome =
  /** `deviceToken` replaces the one that the change has ended. */
  | { kind: 'changed'; sessionId: string; tokens: TokenPair; deviceToken: string }
  /** Counted like a failed sign-in. */
  | { kind: 'wrong_password' }
  | { kind: 'account_locked'; retryAfterSeconds: number }
  | { kind: 'weak_password'; detail: string }
  | { kind: 'session_revoked'; reason: RevocationReason }
  | { kind: 'session_expired' }

/** When the user's row, or the session, changed under a request, it is looked at again this many times. */
const attempts = 3

/**
 * A new pair for this session; every other session of the user ends in the same transaction. Once it is answered,
 * nothing that was issued before gives access, on any instance. Throws `overloaded` and `revocation_unconfirmed`.
 */
export function createPasswordChange(
  parts: AccountParts & { weaknessOf: (password: string, email: string) => Promise<string | null> },
) {
  const { context, accounts, passwords, credentials, weaknessOf } = parts
  const { settings, continuity, store, propagation } = context

  return async function changePassword(request: PasswordChangeRequest): Promise<PasswordOutcome> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const outcome = await tryToChange(request)
      if (outcome !== null) return outcome
    }
    throw overloaded(
      'The account or the session changed again and again meanwhile; nothing was changed. Try again.',
    )
  }

  /** Null: the user or the session has changed since they were read. */
  async function tryToChange(request: PasswordChangeRequest): Promise<PasswordOutcome | null> {
    const { sessionId, currentPassword, newPassword, deviceToken, origin } = request
    const purpose = { kind: 'password_change', sessionId } as const
    const known = await accounts.find(request.userId)
    // The account was deleted a moment ago, and its sessions with it.
    if (known === null) return { kind: 'session_revoked', reason: 'user_deleted' }
    const { email } = known
    const verdict = await credentials.check({
      email,
      password: currentPassword,
      deviceToken,
      origin,
      purpose,
    })
    if (verdict.kind === 'invalid_credentials') return { kind: 'wrong_password' }
    if (verdict.kind === 'account_locked') return verdict
    const detail = await weaknessOf(newPassword, email)
    if (detail !== null) return { kind: 'weak_password', detail }
    const passwordHash = await passwords.hash(newPassword)
    return await replacePassword(verdict.account, verdict.countedOn, request, passwordHash)
  }

  async function replacePassword(
    account: Account,
    countedOn: CountedOn,
    request: PasswordChangeRequest,
    passwordHash: string,
  ): Promise<PasswordOutcome | null> {
    const { sessionId, origin } = request
    const { subject, counter } = countedOn
    const state = await store.find(sessionId)
    // The row is gone only once its session's time is over.
    const minted = state === null ? ({ kind: 'session_expired' } as const) : mintAnew(state)
    if (minted.kind !== 'minted') return minted
    const userId = account.id
    const by = { reason: 'password_changed', actor: userId, origin } as const

    const changed = await accounts.transaction(async tx => {
      const user = await tx.lockUser(userId)
      if (user === null || user.disabled || user.passwordHash !== account.passwordHash) return null
      // All of them, in the order of their ids, before one of them is changed: else two of these could block each other.
      await tx.lockSessions(userId)
      if (!(await tx.renew(minted.renewal))) return null
      const [revoked, xid] = await Promise.all([
        revokeAllInTransaction(tx, { userId, except: sessionId }, by),
        tx.announceUser(userId),
        tx.updateUser(userId, { passwordHash, forgetsDevices: true }),
        tx.clearThrottle(subject, counter.deviceId),
        tx.record([{ type: 'password_changed', userId, sessionId, actor: userId, origin, details: {} }]),
      ])
      return { userId, xid, sessionIds: [sessionId], revoked }
    })
    if (changed === null) return null
    await propagation.confirmUser(changed)
    const owner = { ...account, deviceEpoch: account.deviceEpoch + 1 }
    const deviceToken = credentials.deviceTokenFor(owner, countedOn)
    return { kind: 'changed', sessionId, tokens: minted.pair, deviceToken }
  }

  function mintAnew(state: SessionState) {
    const policy = settings.policies.get(state.clientType)
    const verdict = checkSession(state, policy, state.readAt, continuity.downtime)
    if (verdict.kind === 'revoked') return { kind: 'session_revoked', reason: verdict.reason } as const
    if (verdict.kind === 'expired' || policy === undefined) return { kind: 'session_expired' } as const
    return { kind: 'minted', ...mintRenewal(context, state, policy, state.readAt) } as const
  }
}
