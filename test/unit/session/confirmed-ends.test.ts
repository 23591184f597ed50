import { describe, expect, it } from 'vitest'
import { createConfirmedEnds } from '../../../src/session/revocation/confirmed-ends.ts'
import { createDenySet } from '../../../src/session/revocation/deny-set.ts'
import { createLease } from '../../../src/session/revocation/lease.ts'

describe('a confirmed end of a session', () => {
  function setUp() {
    let monotonic = 0
    const denySet = createDenySet(60_000)
    const lease = createLease(1_000)
    lease.renew(0, null)
    const ends = createConfirmedEnds({ monotonic: () => monotonic }, denySet, lease)
    const waitUntil = (time: number) => {
      monotonic = time
    }
    return { denySet, lease, ends, waitUntil }
  }

  it('is known by the session, once it was added', () => {
    const { ends } = setUp()
    expect(ends.has('a')).toBe(false)
    ends.add('a', 1_000)
    expect([ends.has('a'), ends.has('b')]).toEqual([true, false])
  })

  it('counts only while the lease holds', () => {
    const { ends, lease, waitUntil } = setUp()
    ends.add('a', 1_000)
    waitUntil(1_000)
    expect(ends.has('a')).toBe(false)
    lease.missed()
    expect(ends.has('a')).toBe(false)
    lease.renew(900, null)
    expect(ends.has('a')).toBe(true)
  })

  it('counts no more once the database has changed servers, which may have lost it', () => {
    const { denySet, ends } = setUp()
    ends.add('a', 1_000)
    denySet.distrustAll(2_000)
    expect(ends.has('a')).toBe(false)
    ends.add('a', 3_000)
    expect(ends.has('a')).toBe(true)
  })
})
