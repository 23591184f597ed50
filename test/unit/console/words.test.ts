import { describe, expect, it } from 'vitest'
import { ownEventTypes } from '../../../src/account/own-events.ts'
import { describe as describeEvent } from '../../../src/console/account/event-words.ts'
import { checkFields, firstInvalid } from '../../../src/console/account/password-check.ts'
import { scoreOf } from '../../../src/console/account/strength.ts'
import { routeOf } from '../../../src/console/shell/route.ts'
import { noticeFor } from '../../../src/console/status/health.tsx'

const audiences = ['unknown', 'visitor', 'user', 'operator'] as const

describe('an outage notice', () => {
  it('names stores to operators only', () => {
    for (const health of ['redis_down', 'redis_recovering', 'no_database', 'unreachable'] as const) {
      for (const audience of audiences.filter(name => name !== 'operator')) {
        expect(noticeFor(health, audience)?.text ?? '').not.toMatch(/redis|postgres|database/i)
      }
    }
    expect(noticeFor('redis_down', 'operator')?.text).toMatch(/^Redis is down\./)
    expect(noticeFor('no_database', 'operator')?.text).toMatch(/^Postgres is down\./)
  })

  it('does not tell a visitor that they are signed in', () => {
    for (const health of ['no_database', 'unreachable'] as const) {
      expect(noticeFor(health, 'visitor')?.text).toMatch(/You can’t sign in right now/)
      for (const audience of ['unknown', 'visitor'] as const) {
        expect(noticeFor(health, audience)?.text).not.toMatch(/still signed in/)
      }
    }
  })

  it('is absent when all is well', () => {
    expect(audiences.map(audience => noticeFor('fine', audience))).toEqual([null, null, null, null])
  })
})

describe('a security event', () => {
  const event = {
    id: '0198c0de-0000-7000-8000-000000000001',
    severity: 'info',
    sessionId: null,
    actor: 'you',
    ipAddress: null,
    device: null,
    reason: null,
    createdAt: '2026-01-01T00:00:00.000Z',
  } as const

  it('advises on a new device, a failure, unusual activity or a copied login, and on nothing else', () => {
    const advised = ownEventTypes.filter(type => describeEvent({ ...event, type }).advice !== undefined)
    expect(advised).toEqual([
      'sign_in_failed',
      'session_context_changed',
      'new_device',
      'refresh_reused',
      'password_change_failed',
    ])
  })

  it('marks a device that was signed out neutrally, whatever the reason', () => {
    for (const reason of ['logout', 'user', 'session_limit', 'admin', null]) {
      expect(describeEvent({ ...event, type: 'session_revoked', reason }).mark).toBe('signed_out')
    }
  })

  it('is listed by its name if the page does not know its type', () => {
    const unknown = JSON.parse(JSON.stringify({ ...event, type: 'passkey_added' }))
    expect(describeEvent(unknown)).toEqual({ title: 'passkey added', mark: 'changed' })
  })
})

describe('the fields of a password change', () => {
  const right = { currentPassword: 'a', newPassword: 'x'.repeat(12), repeated: 'x'.repeat(12) }

  it('are right when the password is long enough and repeated', () => {
    expect(firstInvalid(checkFields(right, 12))).toBeNull()
  })

  it('count characters as the service does', () => {
    const newPassword = '🔑'.repeat(11)
    const errors = checkFields({ ...right, newPassword, repeated: newPassword }, 12)
    expect(errors).toEqual({
      currentPassword: null,
      newPassword: 'Use at least 12 characters.',
      repeated: null,
    })
  })

  it('name the first that is wrong', () => {
    expect(firstInvalid(checkFields({ ...right, repeated: 'y' }, 12))).toBe('repeated')
    expect(firstInvalid(checkFields({ currentPassword: '', newPassword: 'x', repeated: 'y' }, 12))).toBe(
      'currentPassword',
    )
  })
})

describe('the strength of a password', () => {
  it('is that of its beginning, however long it is', () => {
    expect(scoreOf('abc'.repeat(20_000), 'ada@example.com')).toBe(
      scoreOf('abc'.repeat(11), 'ada@example.com'),
    )
  })

  it('is low for a common password and for the email', () => {
    expect(scoreOf('password1234', 'ada@example.com')).toBeLessThan(2)
    expect(scoreOf('ada@example.com', 'ada@example.com')).toBeLessThan(2)
    expect(scoreOf('seven green bottles', 'ada@example.com')).toBe(4)
  })
})

describe('an address of the console', () => {
  it.each([
    ['', { place: 'devices', detail: null }],
    ['#', { place: 'devices', detail: null }],
    ['#people/0198', { place: 'people', detail: '0198' }],
    ['#/security/password', { place: 'security', detail: 'password' }],
    ['#nonsense', { place: null, detail: null }],
    ['#toString', { place: null, detail: null }],
  ])('%j names %j', (hash, route) => {
    expect(routeOf(hash)).toEqual(route)
  })
})
