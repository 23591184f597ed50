import { describe, expect, it } from 'vitest'
import { ownEventTypes } from '../../../src/account/own-events.ts'
import { withNewer, withOlder } from '../src/activity/activity-list.ts'
import { describeEvent, withoutPairs } from '../src/activity/event-text.ts'

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

const listed = (...ids: string[]) => ids.map(id => ({ ...event, id, type: 'sign_in_succeeded' as const }))

describe('a security event', () => {
  it('advises on a new device, a failure, unusual activity or a copied login, and on nothing else', () => {
    const advised = ownEventTypes.filter(type => describeEvent({ ...event, type })?.advice !== undefined)
    expect(advised).toEqual([
      'sign_in_failed',
      'session_context_changed',
      'new_device',
      'refresh_reused',
      'password_change_failed',
    ])
  })

  it('is described for every type that the service reports', () => {
    expect(ownEventTypes.filter(type => describeEvent({ ...event, type }) === null)).toEqual([])
  })

  it('marks a device that was signed out neutrally, whatever the reason', () => {
    for (const reason of ['logout', 'user', 'session_limit', 'admin', null]) {
      expect(describeEvent({ ...event, type: 'session_revoked', reason })?.mark).toBe('signed-out')
    }
  })

  it('has no description if its type is not known yet', () => {
    const unknown = JSON.parse(JSON.stringify({ ...event, type: 'passkey_added' }))
    expect(describeEvent(unknown)).toBeNull()
  })
})

describe('the list of security events', () => {
  it('shows a sign-in on a new device once', () => {
    const both = [
      { ...event, id: '2', type: 'new_device' as const, sessionId: 'a' },
      { ...event, id: '1', type: 'sign_in_succeeded' as const, sessionId: 'a' },
    ]
    expect(withoutPairs(both).map(({ id }) => id)).toEqual(['2'])
  })

  it('puts newer events in front and older ones behind, each once', () => {
    const before = { events: listed('3', '2'), nextCursor: 'after 2' }
    const newer = withNewer(before, { events: listed('4', '3'), nextCursor: 'after 3' })
    expect(newer.events.map(({ id }) => id)).toEqual(['4', '3', '2'])
    expect(newer.nextCursor).toBe('after 2')
    const older = withOlder(newer, { events: listed('2', '1'), nextCursor: null })
    expect(older.events.map(({ id }) => id)).toEqual(['4', '3', '2', '1'])
    expect(older.nextCursor).toBeNull()
  })

  it('begins anew where it cannot know what lies between', () => {
    const before = { events: listed('1'), nextCursor: null }
    const page = { events: listed('9', '8'), nextCursor: 'after 8' }
    expect(withNewer(before, page)).toEqual(page)
  })
})
