import { v7 as uuid } from 'uuid'
import type { SessionContext } from './context.ts'
import { deviceFacts } from './device.ts'
import type { SecurityEvent } from './events.ts'
import { idleDeadlines, type Policy } from './policy.ts'
import type { LockedUser, Revoked, Transaction } from './ports.ts'
import { mintRefreshToken, newFamily } from './refresh-token.ts'
import { revokeInTransaction } from './revoke.ts'
import type { Actor, Origin, TokenPair } from './session.ts'

export type StartRequest = {
  userId: string
  clientType: string
  authMethod: string
  deviceName: string | null
  origin: Origin
  /** Who opens it, when it is not the person. */
  actor?: Actor
  /** Asked about the user's row once it is locked: whether what was checked before the lock still stands. */
  stillStands: (user: LockedUser) => boolean
}

export type StartOutcome =
  | { kind: 'started'; sessionId: string; tokens: TokenPair }
  | { kind: 'no_such_user' }
  | { kind: 'user_disabled' }
  /** The user has changed since the credentials were checked. */
  | { kind: 'changed' }
  | { kind: 'client_type_not_allowed' }

/**
 * Opens a session for a person whose credentials have been checked. The session limit holds under any number of
 * sign-ins at once: they queue on the user's row, and those with the oldest activity go.
 */
export async function startSession(context: SessionContext, request: StartRequest): Promise<StartOutcome> {
  const { settings, store, propagation } = context
  const policy = settings.policies.get(request.clientType)
  if (policy === undefined) return { kind: 'client_type_not_allowed' }

  const outcome = await store.transaction(async tx => {
    const user = await tx.lockUser(request.userId)
    if (user === null) return { kind: 'no_such_user' } as const
    if (user.disabled) return { kind: 'user_disabled' } as const
    if (!request.stillStands(user)) return { kind: 'changed' } as const
    if (policy.roles !== null && !policy.roles.some(role => user.roles.includes(role))) {
      return { kind: 'client_type_not_allowed' } as const
    }
    const evicted = await evictBeyondLimit(tx, context, request, policy)
    const started = await insertSession(tx, context, request, policy)
    await tx.record(events(request, started.sessionId, evicted, settings.maxSessionsPerUser))
    return { kind: 'started', evicted, ...started } as const
  })

  if (outcome.kind !== 'started') return outcome
  await propagation.announce(outcome.evicted)
  return { kind: 'started', sessionId: outcome.sessionId, tokens: outcome.tokens }
}

async function evictBeyondLimit(
  tx: Transaction,
  { settings, clock, continuity }: SessionContext,
  request: StartRequest,
  policy: Policy,
): Promise<Revoked[]> {
  const live = await tx.liveSessions(
    request.userId,
    idleDeadlines(settings.policies, clock.now(), continuity.downtime),
  )
  const ofType = live.filter(session => session.clientType === request.clientType)
  const tooManyOfType = ofType.slice(0, excess(ofType.length, policy.maxSessions ?? Infinity))
  const others = live.filter(session => !tooManyOfType.includes(session))
  const tooMany = others.slice(0, excess(others.length, settings.maxSessionsPerUser))
  const sessionIds = [...tooManyOfType, ...tooMany].map(session => session.id)
  const by = { reason: 'session_limit', actor: 'system', origin: request.origin } as const
  return await revokeInTransaction(tx, { userId: request.userId, sessionIds }, by)
}

/** How many must go so that one more fits. */
function excess(count: number, limit: number): number {
  return Math.max(0, count - (limit - 1))
}

async function insertSession(
  tx: Transaction,
  { clock, secrets, accessTokens }: SessionContext,
  request: StartRequest,
  policy: Policy,
): Promise<{ sessionId: string; tokens: TokenPair }> {
  const now = clock.now()
  const sessionId = uuid()
  const { userId, clientType } = request
  const access = accessTokens.issue(
    { sessionId, userId, clientType, authenticatedAt: now },
    now,
    policy.accessTokenTtlSeconds,
    now + policy.absoluteTimeoutSeconds * 1000,
  )
  const refresh = mintRefreshToken(secrets.minting(), sessionId, 0, newFamily())
  const row = await tx.insertSession({
    id: sessionId,
    userId,
    clientType,
    authMethod: request.authMethod,
    deviceName: request.deviceName,
    device: deviceFacts(request.origin.userAgent),
    origin: request.origin,
    accessTokenHash: access.hash,
    refreshTokenHash: refresh.hash,
    familyHash: refresh.familyHash,
    refreshLifetimeSeconds: policy.refreshTokenTtlSeconds,
    absoluteLifetimeSeconds: policy.absoluteTimeoutSeconds,
  })
  const tokens = {
    accessToken: access.text,
    refreshToken: refresh.text,
    accessExpiresAt: access.expiresAt,
    refreshExpiresAt: row.refreshExpiresAt,
  }
  return { sessionId, tokens }
}

function events(
  { userId, origin, authMethod, clientType, actor = userId }: StartRequest,
  sessionId: string,
  evicted: readonly Revoked[],
  limit: number,
): SecurityEvent[] {
  const by = { userId, sessionId, actor, origin }
  const ids = evicted.map(session => session.sessionId)
  const limited: SecurityEvent[] =
    ids.length === 0
      ? []
      : [{ ...by, actor: 'system', type: 'session_limit_reached', details: { limit, evicted: ids } }]
  return [
    ...limited,
    { ...by, type: 'sign_in_succeeded', details: { authMethod, clientType } },
    { ...by, type: 'session_created', details: { clientType } },
  ]
}
