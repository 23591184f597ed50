import { describe, expect, it } from 'vitest'
import type { LoggedEvent } from '../../../src/console/operator/audit/export.ts'
import { nothingWritten, writtenIn } from '../../../src/console/operator/audit/filter.ts'
import { groupsOf } from '../../../src/console/operator/audit/groups.ts'
import { linkToQuery } from '../../../src/console/shell/route.ts'

let ids = 0

function event(type: LoggedEvent['type'], second: number, rest: Partial<LoggedEvent> = {}): LoggedEvent {
  return {
    id: String(ids++),
    type,
    severity: 'info',
    userId: null,
    sessionId: 'session',
    actor: 'system',
    ipAddress: null,
    userAgent: null,
    details: {},
    createdAt: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(),
    ...rest,
  }
}

const typesIn = (events: LoggedEvent[]) =>
  groupsOf(events).map(({ main, others }) => [main.type, ...others.map(({ type }) => type)])

describe('the audit log', () => {
  it('shows the events of one sign-in as one row, the telling one first', () => {
    const events = [event('new_device', 9), event('session_created', 9), event('sign_in_succeeded', 9)]
    expect(typesIn(events)).toEqual([['new_device', 'session_created', 'sign_in_succeeded']])
  })

  it('lets the most severe event stand for its group', () => {
    const events = [event('session_revoked', 9), event('refresh_reused', 8, { severity: 'critical' })]
    expect(typesIn(events)).toEqual([['refresh_reused', 'session_revoked']])
  })

  it('keeps apart what happened to different sessions, to none, or at another time', () => {
    const events = [
      event('session_created', 30),
      event('session_created', 29, { sessionId: 'another' }),
      event('cleanup_ran', 28, { sessionId: null }),
      event('cleanup_ran', 28, { sessionId: null }),
      event('session_revoked', 20, { sessionId: 'another' }),
    ]
    expect(typesIn(events).map(types => types.length)).toEqual([1, 1, 1, 1, 1])
  })

  it('has its filters in the address of the page, and leaves out what is empty', () => {
    const written = { ...nothingWritten, severity: 'warning', address: '203.0.113.0/24' }
    const link = linkToQuery('audit-log', written)
    expect(link).toBe('#audit-log?severity=warning&address=203.0.113.0%2F24')
    expect(writtenIn(link.slice(link.indexOf('?') + 1))).toEqual(written)
    expect(linkToQuery('audit-log', nothingWritten)).toBe('#audit-log')
  })
})
