import type { SessionContext } from './context.ts'
import { createInspect } from './inspect.ts'
import { checkSession, idleDeadlines } from './policy.ts'
import type { SessionPage } from './ports.ts'
import { createConfirmedEnds } from './revocation/confirmed-ends.ts'
import {
  type Ended,
  endLostSession,
  endSession,
  type Presented,
  type RevokedBy,
  revokeSessionsOf,
} from './revocation/revoke.ts'
import { createRefresh } from './rotation/refresh.ts'
import { provenanceOf } from './rotation/rotation.ts'
import type { Actor, Origin, RevocationReason, Session } from './session.ts'
import { type StartRequest, startSession } from './start.ts'
import { parseRefreshToken, unknownSecret } from './token/refresh-token.ts'
import { createVerify } from './verify/verify.ts'

/** A session as its owner finds it. */
export type OwnSession =
  | { kind: 'live'; session: Session }
  | { kind: 'revoked'; reason: RevocationReason }
  | { kind: 'expired' }
  /** Nobody has it, or somebody else: not told apart. */
  | { kind: 'unknown' }

/** The verbs of a session. Expected outcomes are values; a store that is away throws. */
export type Sessions = ReturnType<typeof createSessions>

export function createSessions(context: SessionContext) {
  const { settings, clock, continuity, store, secrets, accessTokens } = context
  const confirmedEnds = createConfirmedEnds(clock, context.denySet, context.lease)

  return {
    start: (request: StartRequest) => startSession(context, request),
    verify: createVerify(context),
    refresh: createRefresh(context),
    inspect: createInspect(context),

    /** A person's live sessions, newest sign-in first. Throws `validation_failed` for a cursor that is not ours. */
    list(userId: string, page: { limit: number; cursor: string | null }): Promise<SessionPage> {
      return store.listLive(userId, idleDeadlines(settings.policies, clock.now(), continuity.before), page)
    },

    async get(sessionId: string, ownerId: string): Promise<OwnSession> {
      const state = await store.find(sessionId)
      if (state === null || state.userId !== ownerId) return { kind: 'unknown' }
      const policy = settings.policies.get(state.clientType)
      const verdict = checkSession(state, policy, state.readAt, continuity.downtime)
      if (verdict.kind === 'expired') continuity.requireKnown(clock.monotonic())
      if (verdict.kind !== 'live') return verdict
      const session = await store.findForOwner(sessionId, ownerId)
      return session === null ? { kind: 'unknown' } : { kind: 'live', session }
    },

    /** The session with its new name; null when this owner has no such live session. */
    rename(sessionId: string, ownerId: string, deviceName: string): Promise<Session | null> {
      const idle = idleDeadlines(settings.policies, clock.now(), continuity.before)
      return store.rename(sessionId, ownerId, deviceName, idle)
    },

    /** False when this owner has no such session; true also for one that was revoked before. */
    async revoke(sessionId: string, ownerId: string, origin: Origin): Promise<boolean> {
      const session = await store.findForOwner(sessionId, ownerId)
      if (session === null) return false
      await endSession(context, session, { reason: 'user', actor: ownerId, origin })
      return true
    },

    /** All of a person's sessions but this one; how many ended. */
    revokeOthers: (userId: string, sessionId: string, origin: Origin) =>
      revokeSessionsOf(context, { userId, except: sessionId }, { reason: 'others', actor: userId, origin }),

    /** All of a person's sessions; how many ended. */
    revokeAll: (userId: string, by: RevokedBy) => revokeSessionsOf(context, { userId, except: null }, by),

    /**
     * Of several refresh tokens the one that belongs to the session which an access token names, expired as that may be;
     * null when none does. No I/O. Throws `store_unavailable` for a secret that another instance has.
     */
    refreshTokenBeside(accessToken: string | null, refreshTokens: readonly string[]): string | null {
      const named = accessToken === null ? null : accessTokens.peek(accessToken, '')
      if (named === null) return null
      const parsed = refreshTokens.map(text => ({ text, ...parseRefreshToken(secrets, text) }))
      const own = parsed.find(each => each.kind === 'token' && each.token.sessionId === named.sessionId)
      if (own === undefined && parsed.some(each => each.kind === 'unknown_key')) throw unknownSecret()
      return own?.text ?? null
    },

    /**
     * The session that a refresh token belongs to, spent or expired as it may be, and whether it is spent: then its holder
     * may not be the session's owner. Null when it is not ours. Once the token has shown whose it is, and before Postgres
     * is asked, `beforeRead` may throw.
     */
    async sessionOf(
      refreshToken: string,
      beforeRead: (sessionId: string) => Promise<void> = async () => undefined,
    ): Promise<{ sessionId: string; presented: Presented | undefined } | null> {
      const parsed = parseRefreshToken(secrets, refreshToken)
      if (parsed.kind === 'unknown_key') throw unknownSecret()
      if (parsed.kind === 'invalid') return null
      const { token } = parsed
      await beforeRead(token.sessionId)
      if (confirmedEnds.has(token.sessionId)) return { sessionId: token.sessionId, presented: undefined }
      const state = await store.find(token.sessionId)
      const { sessionId } = token
      if (state === null) return { sessionId, presented: undefined }
      if (provenanceOf(token, state) === 'foreign') return null
      const isSpent = token.generation <= state.rotation && !token.hash.equals(state.refreshTokenHash)
      return { sessionId, presented: isSpent ? 'spent_refresh_token' : undefined }
    },

    /** Ends a session whoever it belongs to: its holder signs out, or an operator revokes it. */
    async end(sessionId: string, by: Omit<RevokedBy, 'actor'> & { actor?: Actor }): Promise<Ended> {
      if (confirmedEnds.has(sessionId)) return { kind: 'repeated' }
      const askedAt = clock.now()
      const state = await store.find(sessionId)
      if (state !== null) {
        const ended = await endSession(context, state, { actor: state.userId, ...by })
        confirmedEnds.add(sessionId, askedAt)
        return ended
      }
      const { reason, actor = 'system' } = by
      return await endLostSession(context, sessionId, { reason, actor })
    },
  }
}
