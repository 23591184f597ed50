import type { DeviceFacts } from './device/device.ts'
import type { Actor, Origin, RevocationReason } from './session.ts'

export type Severity = 'info' | 'warning' | 'critical'

/** What the audit log tells of. Written in the transaction of the change itself. */
export type SecurityEvent = {
  userId: string | null
  sessionId: string | null
  actor: Actor
  origin: Origin
} & EventBody

type EventBody =
  | { type: 'sign_in_succeeded'; details: { authMethod: string; clientType: string } }
  | { type: 'sign_in_failed'; details: Record<string, never> }
  | { type: 'account_locked'; details: LockDetails }
  | { type: 'new_device'; details: { device: DeviceFacts } }
  | { type: 'session_context_changed'; details: { signedInFrom: Origin } }
  | { type: 'session_created'; details: { clientType: string } }
  | {
      type: 'session_revoked'
      details: { reason: RevocationReason; note?: string; presented?: 'spent_refresh_token' }
    }
  | { type: 'session_limit_reached'; details: { limit: number; evicted: readonly string[] } }
  | { type: 'refresh_reused'; details: ReuseDetails }
  | { type: 'database_rewound'; details: { fromGeneration: number; presentedGeneration: number } }
  | { type: 'password_changed' | 'password_change_failed'; details: Record<string, never> }
  | {
      type: 'user_created' | 'user_disabled' | 'user_enabled' | 'user_deleted' | 'account_unlocked'
      details: Record<string, never>
    }
  | { type: 'roles_changed'; details: { from: readonly string[]; to: readonly string[] } }
  | { type: 'key_rotated' | 'key_revoked'; details: { kid: string } }
  | {
      type: 'service_key_created' | 'service_key_revoked'
      details: { keyId: string; name: string; scopes: readonly string[] }
    }
  | {
      type: 'bulk_revocation'
      details: { scope: string; subject: string | null; issuedBefore: string; reason: string }
    }
  | {
      type: 'cleanup_ran'
      details: { deletedSessions: number; deletedEvents: number; tookMs: number }
    }

/** Both devices' facts: the one that signed in, and the one that came with the spent token. */
type ReuseDetails = {
  presentedGeneration: number
  currentGeneration: number
  /** A token of before a password change gives no access, and so its return does not end the session. */
  session: 'ended' | 'goes_on'
  signedInFrom: Origin
}

/** `one`: only the device that failed is locked out, as it is known; else all that are not known. */
type LockDetails = { lockedUntil: string; devices: 'unknown' | 'one' }

export type EventType = EventBody['type']

const severities: Record<EventType, Severity> = {
  sign_in_succeeded: 'info',
  sign_in_failed: 'warning',
  session_created: 'info',
  session_revoked: 'info',
  session_limit_reached: 'warning',
  refresh_reused: 'critical',
  database_rewound: 'critical',
  account_locked: 'warning',
  session_context_changed: 'warning',
  new_device: 'info',
  password_changed: 'warning',
  password_change_failed: 'warning',
  account_unlocked: 'info',
  user_created: 'info',
  user_disabled: 'warning',
  user_enabled: 'info',
  user_deleted: 'warning',
  roles_changed: 'warning',
  key_rotated: 'info',
  key_revoked: 'critical',
  service_key_created: 'warning',
  service_key_revoked: 'warning',
  bulk_revocation: 'warning',
  cleanup_ran: 'info',
}

/** Every type, for whoever asks for one by its name. */
export const eventTypes = Object.keys(severities).filter(isEventType)

export function isEventType(text: string): text is EventType {
  return Object.hasOwn(severities, text)
}

export function severityOf(type: EventType): Severity {
  return severities[type]
}
