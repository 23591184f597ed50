import type { Instant } from '../clock.ts'
import { type DeviceFacts, deviceFacts } from '../session/device/device.ts'
import type { EventType, Severity } from '../session/events.ts'

/** What a person is shown of the log: what has happened to the account, and not how the service keeps house. */
export const ownEventTypes = [
  'sign_in_succeeded',
  'sign_in_failed',
  'account_locked',
  'account_unlocked',
  'session_revoked',
  'session_limit_reached',
  'session_context_changed',
  'new_device',
  'refresh_reused',
  'password_changed',
  'password_change_failed',
  'roles_changed',
  'user_created',
  'user_disabled',
  'user_enabled',
] as const satisfies readonly EventType[]

export type OwnEventType = (typeof ownEventTypes)[number]

/** Who has done it, as far as it is the person's to know. */
export type OwnEventActor = 'you' | 'operator' | 'service' | 'somebody'

export type OwnEvent = {
  id: string
  type: OwnEventType
  severity: Severity
  sessionId: string | null
  actor: OwnEventActor
  /** Null for what an operator or the service did: where those are is not the person's to know. */
  ipAddress: string | null
  device: DeviceFacts | null
  /** Why a session ended. */
  reason: string | null
  createdAt: Instant
}

type Recorded = {
  id: string
  type: EventType
  severity: Severity
  sessionId: string | null
  actor: string
  ipAddress: string | null
  userAgent: string | null
  details: object
  createdAt: Instant
}

/**
 * An event of the log as the person sees it whom it is about. Operators stay nameless, and what they have noted for
 * the log stays there. Null: it is not shown.
 */
export function ownEvent(event: Recorded, userId: string): OwnEvent | null {
  const { id, type, severity, sessionId, createdAt, details } = event
  if (!isOwnEventType(type)) return null
  const actor = actorOf(event.actor, userId)
  const isPlaceKnown = actor === 'you' || actor === 'somebody'
  return {
    id,
    type,
    severity,
    sessionId,
    actor,
    ipAddress: isPlaceKnown ? event.ipAddress : null,
    device: isPlaceKnown && event.userAgent !== null ? deviceFacts(event.userAgent) : null,
    reason: 'reason' in details && typeof details.reason === 'string' ? details.reason : null,
    createdAt,
  }
}

function actorOf(actor: string, userId: string): OwnEventActor {
  if (actor === userId) return 'you'
  if (actor === 'anonymous') return 'somebody'
  return actor === 'system' || actor.startsWith('service:') ? 'service' : 'operator'
}

function isOwnEventType(type: EventType): type is OwnEventType {
  return ownEventTypes.some(own => own === type)
}
