import { expect, test } from 'vitest'
import { eventTypes, isEventType, severityOf } from '../../../src/session/events.ts'

test('the audit log tells of these, and how bad each is', () => {
  expect(Object.fromEntries(eventTypes.map(type => [type, severityOf(type)]))).toEqual({
    sign_in_succeeded: 'info',
    sign_in_failed: 'warning',
    session_created: 'info',
    session_revoked: 'info',
    session_limit_reached: 'warning',
    refresh_reused: 'critical',
    database_rewound: 'critical',
    password_changed: 'warning',
    password_change_failed: 'warning',
    account_locked: 'warning',
    account_unlocked: 'info',
    session_context_changed: 'warning',
    new_device: 'info',
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
  })
})

test('a text that is no type is told from one', () => {
  expect(eventTypes.every(isEventType)).toBe(true)
  for (const text of ['', 'Session_created', 'toString', '__proto__']) expect(isEventType(text)).toBe(false)
})
