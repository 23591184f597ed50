import { Type } from 'typebox'
import type { Instant } from '../../../clock.ts'
import { Problem } from '../../../errors.ts'
import type { Policies } from '../../../session/policy.ts'
import type { Session, TokenPair } from '../../../session/session.ts'
import { StrictObject } from './strict-object.ts'

/** Schemas that several routes share, and the conversion of domain values. */

export const Email = Type.String({
  format: 'email',
  maxLength: 254,
  description: 'An email address. An international domain may be in Unicode or in its ASCII form.',
})
/** The rules for new passwords are in the domain; this only bounds what is hashed. */
export const Password = Type.String({ minLength: 1, maxLength: 1_024 })
export const RefreshToken = Type.String({ minLength: 1, maxLength: 512 })
export const DeviceToken = Type.String({
  minLength: 1,
  maxLength: 512,
  description:
    'Proves that the user has signed in on this device before. Failed sign-ins on it are counted separately, so that strangers cannot lock the owner out. It is not a credential. Keep the newest.',
})
export const Id = Type.String({ format: 'uuid' })
export const Timestamp = Type.String({ format: 'date-time', description: 'RFC 3339, UTC.' })
/** Without control characters, which could forge a line where texts are shown. */
export const printable = '^[^\\u0000-\\u001f\\u007f-\\u009f]+$'
export const DeviceName = Type.String({
  minLength: 1,
  maxLength: 64,
  format: 'visible-text',
  description:
    'The name that the owner gave the device. It must have a visible character, and no control, zero-width or direction characters.',
})

/** One of the configured names; the handler checks which. */
export const ClientType = Type.String({ minLength: 1, maxLength: 32 })

export const Tokens = Type.Object(
  {
    tokenType: Type.Literal('Bearer'),
    accessToken: Type.String(),
    expiresIn: Type.Integer({ description: 'Remaining lifetime of the access token in seconds.' }),
    refreshToken: Type.String(),
    refreshExpiresIn: Type.Integer({ description: 'Remaining lifetime of the refresh token in seconds.' }),
    sessionId: Id,
  },
  { title: 'TokenPair' },
)

export const User = Type.Object(
  { id: Id, email: Type.String(), roles: Type.Array(Type.String()) },
  { title: 'User' },
)

export const Device = Type.Object(
  {
    type: Type.Enum(['desktop', 'mobile', 'tablet', 'bot', 'unknown']),
    os: Type.Union([Type.String(), Type.Null()]),
    browser: Type.Union([Type.String(), Type.Null()]),
  },
  { title: 'Device' },
)

export const SessionView = Type.Object(
  {
    id: Id,
    current: Type.Boolean({ description: 'Whether this is the session of the request.' }),
    clientType: Type.String(),
    authMethod: Type.String(),
    deviceName: Type.Union([Type.String(), Type.Null()]),
    device: Device,
    ipAddress: Type.Union([Type.String(), Type.Null()]),
    suspicious: Type.Boolean({
      description:
        'Whether it was refreshed from another network and by another browser or system than at the sign-in. A hint: it may be the owner.',
    }),
    createdAt: Timestamp,
    lastActivityAt: Timestamp,
    idleExpiresAt: Timestamp,
    expiresAt: Timestamp,
  },
  { title: 'Session' },
)

/** Throws `validation_failed` with the existing names. */
export function requireClientType(policies: Policies, clientType: string): void {
  if (policies.has(clientType)) return
  const message = `must be one of ${[...policies.keys()].join(', ')}`
  throw new Problem('validation_failed', { errors: [{ path: '/clientType', message }] })
}

/** For a paginated list; each page except the last has a `nextCursor`. */
export const pageFields = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 512 })),
}

export const NextCursor = Type.Optional(
  Type.String({ description: 'Pass it as `cursor` to get the next page; absent on the last page.' }),
)

export function pageIn({ limit = 20, cursor = null }: { limit?: number; cursor?: string | null }) {
  return { limit, cursor }
}

export function nextCursorView(nextCursor: string | null): { nextCursor?: string } {
  return nextCursor === null ? {} : { nextCursor }
}

export const SessionParams = StrictObject({ id: Id })

export function timestamp(at: Instant): string {
  return new Date(at).toISOString()
}

/** Lifetimes are the remaining time: a pair that is returned again has less than when it was new. */
export function tokensView(sessionId: string, tokens: TokenPair, now: Instant) {
  return {
    tokenType: 'Bearer' as const,
    accessToken: tokens.accessToken,
    expiresIn: secondsLeft(tokens.accessExpiresAt, now),
    refreshToken: tokens.refreshToken,
    refreshExpiresIn: secondsLeft(tokens.refreshExpiresAt, now),
    sessionId,
  }
}

function secondsLeft(until: Instant, now: Instant): number {
  return Math.max(0, Math.round((until - now) / 1000))
}

export function sessionView(session: Session, currentId: string, policies: Policies) {
  return {
    id: session.id,
    current: session.id === currentId,
    clientType: session.clientType,
    authMethod: session.authMethod,
    deviceName: session.deviceName,
    device: session.device,
    ipAddress: session.ipAddress,
    suspicious: session.contextChangedAt !== null,
    createdAt: timestamp(session.createdAt),
    lastActivityAt: timestamp(session.lastActivityAt),
    idleExpiresAt: timestamp(idleExpiry(session, policies)),
    expiresAt: timestamp(session.expiresAt),
  }
}

export function idleExpiry(session: Session, policies: Policies): Instant {
  const idleTimeoutSeconds = policies.get(session.clientType)?.idleTimeoutSeconds ?? 0
  return Math.min(session.lastActivityAt + idleTimeoutSeconds * 1000, session.expiresAt)
}
