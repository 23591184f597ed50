import { v7 as uuid } from 'uuid'
import type { SessionContext } from './context.ts'
import { type DeviceFacts, deviceFacts } from './device/device.ts'
import type { SecurityEvent } from './events.ts'
import { idleDeadlines, type Policy } from './policy.ts'
import type { LockedUser, Revoked, StartingPoint, Transaction } from './ports.ts'
import { revokeInTransaction } from './revocation/revoke.ts'
import type { Actor, Origin, TokenPair } from './session.ts'
import { mintRefreshToken, newFamily } from './token/refresh-token.ts'
import { sha256 } from './token/secrets.ts'

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
  /** The device has proved that it is known; else it is looked up what the user's other sessions began on. */
  isDeviceProven?: boolean
  /** What else is to be written with a session that is started, in the same round trip. */
  alongside?: () => Promise<void>
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
  const outcome = await context.store.transaction(tx => startInTransaction(tx, context, request))
  if (outcome.kind === 'started') await context.propagation.announce(outcome.evicted)
  return outcome
}

/** For a caller with a transaction of its own, who announces the evicted sessions after the commit. Two round trips. */
export async function startInTransaction(
  tx: Transaction,
  context: SessionContext,
  request: StartRequest,
): Promise<StartOutcome & { evicted: readonly Revoked[] }> {
  const { settings, clock, continuity } = context
  const policy = settings.policies.get(request.clientType)
  if (policy === undefined) return { kind: 'client_type_not_allowed', evicted: [] }
  const device = deviceFacts(request.origin.userAgent, request.origin.clientHints)
  const idle = idleDeadlines(settings.policies, clock.now(), continuity.before)

  // Who has proved the device, or does not tell which it is, cannot be on a new one.
  const mayBeNew = !(request.isDeviceProven || request.origin.userAgent === null)

  const found = await tx.lockUserToStart(request.userId, idle, mayBeNew ? device : null)
  if (found === null) return { kind: 'no_such_user', evicted: [] }
  if (found.user.disabled) return { kind: 'user_disabled', evicted: [] }
  if (!request.stillStands(found.user)) return { kind: 'changed', evicted: [] }
  if (policy.roles !== null && !policy.roles.some(role => found.user.roles.includes(role))) {
    return { kind: 'client_type_not_allowed', evicted: [] }
  }

  const sessionId = uuid()
  const toEvict = beyondLimit(found, request.clientType, policy, settings.maxSessionsPerUser)
  const told = events(request, sessionId, {
    evicted: toEvict,
    limit: settings.maxSessionsPerUser,
    newDevice: mayBeNew && !found.knowsDevice ? device : null,
  })
  const [tokens, evicted] = await Promise.all([
    insertSession(tx, context, request, { sessionId, device, policy, told }),
    evict(tx, request, toEvict),
    request.alongside?.(),
  ])
  return { kind: 'started', sessionId, tokens, evicted }
}

/** Pure: which sessions must go so that one more fits. */
function beyondLimit(
  { liveSessions }: StartingPoint,
  clientType: string,
  policy: Policy,
  maxSessionsPerUser: number,
): string[] {
  const ofType = liveSessions.filter(session => session.clientType === clientType)
  const tooManyOfType = ofType.slice(0, excess(ofType.length, policy.maxSessions ?? Infinity))
  const others = liveSessions.filter(session => !tooManyOfType.includes(session))
  const tooMany = others.slice(0, excess(others.length, maxSessionsPerUser))
  return [...tooManyOfType, ...tooMany].map(session => session.id)
}

/** How many must go so that one more fits. */
function excess(count: number, limit: number): number {
  return Math.max(0, count - (limit - 1))
}

function evict(
  tx: Transaction,
  { userId, origin }: StartRequest,
  sessionIds: readonly string[],
): Promise<Revoked[]> {
  return revokeInTransaction(tx, { userId, sessionIds }, { reason: 'session_limit', actor: 'system', origin })
}

async function insertSession(
  tx: Transaction,
  { clock, secrets, accessTokens }: SessionContext,
  request: StartRequest,
  what: { sessionId: string; device: DeviceFacts; policy: Policy; told: readonly SecurityEvent[] },
): Promise<TokenPair> {
  const { sessionId, device, policy, told } = what
  const now = clock.now()
  const { userId, clientType } = request
  const access = accessTokens.issue(
    { sessionId, userId, clientType, authenticatedAt: now },
    now,
    policy.accessTokenTtlSeconds,
    now + policy.absoluteTimeoutSeconds * 1000,
  )
  const family = newFamily()
  const refresh = mintRefreshToken(secrets.minting(), sessionId, 0, family)
  const session = {
    id: sessionId,
    userId,
    clientType,
    authMethod: request.authMethod,
    deviceName: request.deviceName,
    device,
    origin: request.origin,
    accessTokenHash: access.hash,
    refreshTokenHash: refresh.hash,
    familyHash: sha256(family),
    refreshLifetimeSeconds: policy.refreshTokenTtlSeconds,
    absoluteLifetimeSeconds: policy.absoluteTimeoutSeconds,
  }
  const row = await tx.insertSession(session, told)
  return {
    accessToken: access.text,
    refreshToken: refresh.text,
    accessExpiresAt: access.expiresAt,
    refreshExpiresAt: row.refreshExpiresAt,
  }
}

function events(
  { userId, origin, authMethod, clientType, actor = userId }: StartRequest,
  sessionId: string,
  what: { evicted: readonly string[]; limit: number; newDevice: DeviceFacts | null },
): SecurityEvent[] {
  const by = { userId, sessionId, actor, origin }
  const { evicted, limit, newDevice } = what
  const told: SecurityEvent[] = [
    { ...by, type: 'sign_in_succeeded', details: { authMethod, clientType } },
    { ...by, type: 'session_created', details: { clientType } },
  ]
  if (newDevice !== null) told.push({ ...by, type: 'new_device', details: { device: newDevice } })
  if (evicted.length > 0) {
    told.push({ ...by, actor: 'system', type: 'session_limit_reached', details: { limit, evicted } })
  }
  return told
}
