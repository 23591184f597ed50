import { describe, expect, it } from 'vitest'
import { createLease, type Lease } from '../../../src/session/revocation/lease.ts'

const leaseMs = 1_000
const server1 = { runId: 'server 1' }
const server2 = { runId: 'server 2' }

function renewed(pollBeganAt = 0): Lease {
  const lease = createLease(leaseMs)
  lease.renew(pollBeganAt, server1)
  return lease
}

describe('a lease', () => {
  it('does not hold before the first poll, whatever Redis is', () => {
    const lease = createLease(leaseMs)
    expect(lease.holds(0, server1)).toBe(false)
    expect(lease.holds(0, null)).toBe(false)
    lease.missed()
    expect(lease.holds(0, server1)).toBe(false)
    expect(lease.holds(0, null)).toBe(false)
  })

  it('holds for its time from when the poll began', () => {
    const lease = renewed(500)
    expect(lease.holds(1_499, server1)).toBe(true)
    expect(lease.holds(1_500, server1)).toBe(false)
  })

  it('is not cut short by a Redis that has changed: the deny-set is up to date', () => {
    expect(renewed().holds(999, server2)).toBe(true)
    expect(renewed().holds(999, null)).toBe(true)
  })

  it('is prolonged by each poll', () => {
    const lease = renewed(0)
    lease.renew(800, server1)
    expect(lease.holds(1_799, server1)).toBe(true)
    expect(lease.holds(1_800, server1)).toBe(false)
  })

  it('runs out when polls are merely late: Postgres can be asked', () => {
    expect(renewed().holds(1_000, server1)).toBe(false)
  })

  it('still holds while Postgres is away, on the same Redis without a break', () => {
    const lease = renewed()
    lease.missed()
    expect(lease.holds(60_000, server1)).toBe(true)
  })

  it('runs out while Postgres is away when Redis is another one, or away', () => {
    const lease = renewed()
    lease.missed()
    expect(lease.holds(999, server2)).toBe(true)
    expect(lease.holds(1_000, server2)).toBe(false)
    expect(lease.holds(1_000, null)).toBe(false)
  })

  it('runs out while Postgres is away when Redis was away at the last good poll', () => {
    const lease = createLease(leaseMs)
    lease.renew(0, null)
    lease.missed()
    expect(lease.holds(1_000, null)).toBe(false)
    expect(lease.holds(1_000, server1)).toBe(false)
  })

  it('counts by its own time again once Postgres is back', () => {
    const lease = renewed()
    lease.missed()
    lease.renew(5_000, server2)
    expect(lease.holds(5_999, server2)).toBe(true)
    expect(lease.holds(6_000, server2)).toBe(false)
  })

  it('that has lapsed holds again only after a poll', () => {
    const lease = renewed()
    lease.lapse()
    expect(lease.holds(1, server1)).toBe(false)
    lease.missed()
    expect(lease.holds(1, server1)).toBe(false)
    expect(lease.holds(1, null)).toBe(false)
    lease.renew(2, server1)
    expect(lease.holds(3, server1)).toBe(true)
  })
})
