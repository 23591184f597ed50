import { describe, expect, it } from 'vitest'
import { ownEvent, ownEventTypes } from '../../../src/account/own-events.ts'
import { eventTypes } from '../../../src/session/events.ts'

const person = '0198c0de-0000-7000-8000-00000000000a'
const operator = '0198c0de-0000-7000-8000-00000000000b'

const event = {
  id: '0198c0de-0000-7000-8000-000000000001',
  type: 'session_revoked',
  severity: 'info',
  sessionId: null,
  actor: person,
  ipAddress: '192.0.2.1',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0',
  details: { reason: 'user' },
  createdAt: 0,
} as const

describe('an event as the person sees it', () => {
  it('tells from where it was done, if the person did it, or somebody who was not signed in', () => {
    const device = { type: 'desktop', os: 'Linux', browser: 'Firefox' }
    expect(ownEvent(event, person)).toMatchObject({
      actor: 'you',
      ipAddress: '192.0.2.1',
      device,
      reason: 'user',
    })
    const failed = { ...event, type: 'sign_in_failed', actor: 'anonymous', details: {} } as const
    expect(ownEvent(failed, person)).toMatchObject({
      actor: 'somebody',
      ipAddress: '192.0.2.1',
      device,
      reason: null,
    })
  })

  it('keeps to itself who the operator was, from where, and what was noted for the log', () => {
    const details = { reason: 'admin', note: 'a complaint by the neighbours' }
    for (const actor of [operator, 'cli']) {
      const shown = ownEvent({ ...event, actor, details }, person)
      expect(shown).toMatchObject({ actor: 'operator', ipAddress: null, device: null, reason: 'admin' })
      expect(JSON.stringify(shown)).not.toMatch(new RegExp(`${operator}|neighbours|192\\.0\\.2\\.1`))
    }
  })

  it('calls rules of the service and programs the service', () => {
    for (const actor of ['system', 'service:gateway']) {
      expect(ownEvent({ ...event, actor }, person)).toMatchObject({ actor: 'service', ipAddress: null })
    }
  })

  it('is left out when it is about how the service keeps house', () => {
    const hidden = eventTypes.filter(type => ownEvent({ ...event, type }, person) === null)
    expect(hidden.length + ownEventTypes.length).toBe(eventTypes.length)
    expect(hidden).toEqual(expect.arrayContaining(['cleanup_ran', 'key_rotated', 'bulk_revocation']))
  })
})
