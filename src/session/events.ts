import type { DeviceFacts } from './device.ts'
import type { Actor, Origin, RevocationReason } from './session.ts'

type Severity = 'info' | 'warning' | 'critical'

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
  | { type: 'account_unlocked'; details: Record<string, never> }
  | { type: 'new_device'; details: { device: DeviceFacts } }
  | { type: 'session_context_changed'; details: { signedInFrom: Origin } }
  | { type: 'session_created'; details: { clientType: string } }
  | { type: 'session_revoked'; details: { reason: RevocationReason; note?: string } }
  | { type: 'session_limit_reached'; details: { limit: number; evicted: readonly string[] } }
  | { type: 'refresh_reused'; details: ReuseDetails }
  | { type: 'database_rewound'; details: { fromGeneration: number; presentedGeneration: number } }
  | { type: 'password_changed'; details: Record<string, never> }
  | {
      type: 'user_created' | 'user_disabled' | 'user_enabled' | 'user_deleted'
      details: Record<string, never>
    }
  | { type: 'key_rotated' | 'key_revoked'; details: { kid: string } }
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
  signedInFrom: Origin
}

/** `one`: only the device that failed is locked out, as it is known; else all that are not known. */
type LockDetails = { lockedUntil: string; devices: 'unknown' | 'one' }

export type EventType = EventBody['type']

const severities: Partial<Record<EventType, Severity>> = {
  refresh_reused: 'critical',
  database_rewound: 'critical',
  bulk_revocation: 'warning',
  session_limit_reached: 'warning',
  sign_in_failed: 'warning',
  account_locked: 'warning',
  session_context_changed: 'warning',
  password_changed: 'warning',
  user_disabled: 'warning',
  user_deleted: 'warning',
  key_revoked: 'critical',
}

export function severityOf(type: EventType): Severity {
  return severities[type] ?? 'info'
}
