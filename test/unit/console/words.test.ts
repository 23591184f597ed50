import { describe, expect, it } from 'vitest'
import { createText } from '../../../packages/react/src/parts.ts'
import { scoreOf } from '../../../src/console/account/strength.ts'
import { en } from '../../../src/console/messages/en.ts'
import { routeOf } from '../../../src/console/shell/route.ts'
import { type Audience, noticeFor } from '../../../src/console/status/health.tsx'
import type { Health } from '../../../src/console/status/health-query.ts'

const { text } = createText(en, { locale: 'en', messages: {} })

function noticeText(health: Health, audience: Audience): string {
  const notice = noticeFor(health, audience)
  if (notice === null) return ''
  return 'consequence' in notice
    ? text(notice.key, { consequence: text(notice.consequence) })
    : text(notice.key)
}

const audiences = ['unknown', 'visitor', 'user', 'operator'] as const

describe('an outage notice', () => {
  it('names stores to operators only', () => {
    for (const health of ['redis_down', 'redis_recovering', 'no_database', 'unreachable'] as const) {
      for (const audience of audiences.filter(name => name !== 'operator')) {
        expect(noticeText(health, audience)).not.toMatch(/redis|postgres|database/i)
      }
    }
    expect(noticeText('redis_down', 'operator')).toMatch(/^Redis is down\./)
    expect(noticeText('no_database', 'operator')).toMatch(/^Postgres is down\./)
  })

  it('does not tell a visitor that they are signed in', () => {
    for (const health of ['no_database', 'unreachable'] as const) {
      expect(noticeText(health, 'visitor')).toMatch(/You can’t sign in right now/)
      for (const audience of ['unknown', 'visitor'] as const) {
        expect(noticeText(health, audience)).not.toMatch(/still signed in/)
      }
    }
  })

  it('is absent when all is well', () => {
    expect(audiences.map(audience => noticeFor('fine', audience))).toEqual([null, null, null, null])
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
    ['', { place: 'devices', detail: null, query: '' }],
    ['#', { place: 'devices', detail: null, query: '' }],
    ['#people/0198', { place: 'people', detail: '0198', query: '' }],
    ['#/security/password', { place: 'security', detail: 'password', query: '' }],
    ['#audit-log?type=new_device', { place: 'audit-log', detail: null, query: 'type=new_device' }],
    ['#nonsense', { place: null, detail: null, query: '' }],
    ['#toString', { place: null, detail: null, query: '' }],
  ])('%j names %j', (hash, route) => {
    expect(routeOf(hash)).toEqual(route)
  })
})
