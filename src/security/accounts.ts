import { v7 as uuid } from 'uuid'
import { Problem } from '../errors.ts'
import type { SessionContext } from '../session/context.ts'
import type { SecurityEvent } from '../session/events.ts'
import { mintChild, type Predecessor } from '../session/issue.ts'
import { checkSession } from '../session/policy.ts'
import { newFamily } from '../session/refresh-token.ts'
import { revokeAllInTransaction } from '../session/revoke.ts'
import type { Sessions } from '../session/service.ts'
import type { Actor, Origin, RevocationReason, SessionState, TokenPair } from '../session/session.ts'
import { checkPassword, hashPassword, needsRehash, weaknessOf } from './passwords.ts'

/** A person as the accounts know them. */
export type Account = {
  id: string
  email: string
  passwordHash: string | null
  roles: readonly string[]
  disabled: boolean
}

export type AccountStore = {
  /** Without regard to case. */
  findByEmail(email: string): Promise<Account | null>
  find(userId: string): Promise<Account | null>
  /** Replaces the hash only if it is still the expected one. */
  replacePasswordHash(userId: string, expected: string, replacement: string): Promise<void>
}

export type SignInRequest = {
  email: string
  password: string
  clientType: string
  deviceName: string | null
  origin: Origin
}

export type SignInOutcome =
  | { kind: 'signed_in'; account: Account; sessionId: string; tokens: TokenPair }
  /** Unknown address, wrong password or disabled user: not told apart. */
  | { kind: 'invalid_credentials' }
  | { kind: 'client_type_not_allowed' }

export type PasswordOutcome =
  | { kind: 'changed'; sessionId: string; tokens: TokenPair }
  | { kind: 'wrong_password' }
  | { kind: 'weak_password'; detail: string }
  | { kind: 'session_revoked'; reason: RevocationReason }
  | { kind: 'session_expired' }

export type Accounts = ReturnType<typeof createAccounts>

/** When the user's row, or the session, changed under a request, it is looked at again this many times. */
const attempts = 3

/** People with passwords: registering, signing in, changing the password, and ending an account. */
export function createAccounts(context: SessionContext, sessions: Sessions, accounts: AccountStore) {
  const { settings, continuity, store, propagation } = context

  /** Throws `email_taken` and `weak_password`. Without a password the person signs in by other means. */
  async function register(
    request: { email: string; password: string | null; roles?: readonly string[] },
    by: { actor: Actor | null; origin: Origin },
  ): Promise<Account> {
    const { email, password, roles = [] } = request
    const weakness = password === null ? null : weaknessOf(password, email)
    if (weakness !== null) throw new Problem('weak_password', { detail: weakness })
    const passwordHash = password === null ? null : await hashPassword(password)
    const account = { id: uuid(), email, passwordHash, roles }
    await store.transaction(async tx => {
      await tx.insertUser(account)
      await tx.record([userEvent('user_created', account.id, by.actor ?? account.id, by.origin)])
    })
    return { ...account, disabled: false }
  }

  async function signIn(request: SignInRequest): Promise<SignInOutcome> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const account = await accounts.findByEmail(request.email)
      const matches = await checkPassword(account?.passwordHash ?? null, request.password)
      if (account === null || account.disabled || !matches) return await refuseSignIn(account, request.origin)
      const started = await sessions.start({
        userId: account.id,
        clientType: request.clientType,
        authMethod: 'password',
        deviceName: request.deviceName,
        origin: request.origin,
        // The password may have been changed between the check and the lock; then the check was worth nothing.
        stillStands: user => user.passwordHash === account.passwordHash,
      })
      if (started.kind === 'client_type_not_allowed') return started
      if (started.kind === 'started') {
        await rehash(account, request.password)
        return { kind: 'signed_in', account, sessionId: started.sessionId, tokens: started.tokens }
      }
    }
    throw changedTooOften()
  }

  async function refuseSignIn(account: Account | null, origin: Origin): Promise<SignInOutcome> {
    const userId = account?.id ?? null
    await store.transaction(tx =>
      tx.record([
        { type: 'sign_in_failed', userId, sessionId: null, actor: 'anonymous', origin, details: {} },
      ]),
    )
    return { kind: 'invalid_credentials' }
  }

  async function rehash(account: Account, password: string): Promise<void> {
    if (account.passwordHash === null || !needsRehash(account.passwordHash)) return
    await accounts.replacePasswordHash(account.id, account.passwordHash, await hashPassword(password))
  }

  /** A new pair for this session; every other session of the user ends in the same transaction. */
  async function changePassword(request: {
    userId: string
    sessionId: string
    currentPassword: string
    newPassword: string
    origin: Origin
  }): Promise<PasswordOutcome> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const account = await accounts.find(request.userId)
      if (account === null || !(await checkPassword(account.passwordHash, request.currentPassword))) {
        return { kind: 'wrong_password' }
      }
      const detail = weaknessOf(request.newPassword, account.email)
      if (detail !== null) return { kind: 'weak_password', detail }
      const outcome = await replacePassword(account, request, await hashPassword(request.newPassword))
      if (outcome !== null) return outcome
    }
    throw changedTooOften()
  }

  /** Null: the user or the session has changed since they were read. */
  async function replacePassword(
    account: Account,
    request: { sessionId: string; origin: Origin },
    passwordHash: string,
  ): Promise<PasswordOutcome | null> {
    const state = await store.find(request.sessionId)
    // The row is gone only once its session's time is over.
    const minted = state === null ? ({ kind: 'session_expired' } as const) : mintAnew(state)
    if (minted.kind !== 'minted') return minted
    const { child } = minted
    const by = { reason: 'password_changed', actor: account.id, origin: request.origin } as const

    const ended = await store.transaction(async tx => {
      const user = await tx.lockUser(account.id)
      if (user === null || user.disabled || user.passwordHash !== account.passwordHash) return null
      // All of them, in the order of their ids, before one of them is changed: else two of these could block each other.
      await tx.lockSessions(account.id)
      if ((await tx.rotate(child.rotation)) === null) return null
      await tx.updateUser(account.id, { passwordHash })
      const others = { userId: account.id, except: request.sessionId }
      const revoked = await revokeAllInTransaction(tx, others, by)
      await tx.record([
        {
          type: 'password_changed',
          userId: account.id,
          sessionId: request.sessionId,
          actor: account.id,
          origin: request.origin,
          details: {},
        },
      ])
      return revoked
    })
    if (ended === null) return null
    await propagation.confirm(ended)
    return { kind: 'changed', sessionId: request.sessionId, tokens: child.pair }
  }

  /** No refresh token is presented here, so the pair begins a new family, sealed for the current token's hash. */
  function mintAnew(state: SessionState) {
    const policy = settings.policies.get(state.clientType)
    const verdict = checkSession(state, policy, state.readAt, continuity.downtime)
    if (verdict.kind === 'revoked') return { kind: 'session_revoked', reason: verdict.reason } as const
    if (verdict.kind === 'expired' || policy === undefined) return { kind: 'session_expired' } as const
    const predecessor: Predecessor = {
      generation: state.rotation,
      hash: state.refreshTokenHash,
      family: newFamily(),
      witness: { kind: 'hash', bytes: state.refreshTokenHash },
    }
    return { kind: 'minted', child: mintChild(context, state, predecessor, policy, state.readAt) } as const
  }

  /** Ends an account's sessions and the account's use, or the account itself. False when there is no such user. */
  async function end(userId: string, how: 'disable' | 'delete', actor: Actor): Promise<boolean> {
    const origin = { ipAddress: null, userAgent: null }
    const reason = how === 'disable' ? 'user_disabled' : 'user_deleted'
    const by = { reason, actor, origin } as const
    const ended = await store.transaction(async tx => {
      if ((await tx.lockUser(userId)) === null) return null
      const revoked = await revokeAllInTransaction(tx, { userId, except: null }, by)
      if (how === 'disable') await tx.updateUser(userId, { disabled: true })
      else await tx.deleteUser(userId)
      await tx.record([
        userEvent(how === 'disable' ? 'user_disabled' : 'user_deleted', userId, actor, origin),
      ])
      return revoked
    })
    if (ended === null) return false
    await propagation.confirm(ended)
    return true
  }

  async function enable(userId: string, actor: Actor): Promise<boolean> {
    return await store.transaction(async tx => {
      if ((await tx.lockUser(userId)) === null) return false
      await tx.updateUser(userId, { disabled: false })
      await tx.record([userEvent('user_enabled', userId, actor, { ipAddress: null, userAgent: null })])
      return true
    })
  }

  /** Forgets the failed sign-ins of a user. False when there is no such user. */
  async function unlock(userId: string, actor: Actor): Promise<boolean> {
    return await store.transaction(async tx => {
      if ((await tx.lockUser(userId)) === null) return false
      await tx.record([userEvent('account_unlocked', userId, actor, { ipAddress: null, userAgent: null })])
      return true
    })
  }

  return {
    find: accounts.find,
    register,
    signIn,
    changePassword,
    disable: (userId: string, actor: Actor) => end(userId, 'disable', actor),
    delete: (userId: string, actor: Actor) => end(userId, 'delete', actor),
    enable,
    unlock,
  }
}

function changedTooOften(): Problem {
  return new Problem('overloaded', {
    detail: 'The account or the session changed again and again meanwhile; nothing was changed. Try again.',
    retryAfterSeconds: 1,
  })
}

function userEvent(
  type: 'user_created' | 'user_disabled' | 'user_enabled' | 'user_deleted' | 'account_unlocked',
  userId: string,
  actor: Actor,
  origin: Origin,
): SecurityEvent {
  return { type, userId, sessionId: null, actor, origin, details: {} }
}
