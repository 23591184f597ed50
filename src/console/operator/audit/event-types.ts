import type { AnswerTo } from '@latchkey/client'

type EventType = AnswerTo<'GET /v1/admin/events'>['events'][number]['type']

/** Every type, for the filter. The compiler reports a missing one. */
const known: Record<EventType, true> = {
  sign_in_succeeded: true,
  sign_in_failed: true,
  session_created: true,
  session_revoked: true,
  session_limit_reached: true,
  refresh_reused: true,
  database_rewound: true,
  account_locked: true,
  session_context_changed: true,
  new_device: true,
  password_changed: true,
  password_change_failed: true,
  account_unlocked: true,
  user_created: true,
  user_disabled: true,
  user_enabled: true,
  user_deleted: true,
  roles_changed: true,
  key_rotated: true,
  key_revoked: true,
  service_key_created: true,
  service_key_revoked: true,
  bulk_revocation: true,
  cleanup_ran: true,
}

export const eventTypes = Object.keys(known).filter((name): name is EventType => Object.hasOwn(known, name))

export const severities = ['info', 'warning', 'critical'] as const
