import { describe, expect, it } from 'vitest'
import { judgeAcknowledgement } from '../../src/session/acknowledgement.ts'

const leaseMs = 1_000
const unknown = Number.POSITIVE_INFINITY

describe('a committed revocation', () => {
  it.each([
    ['holds at once when all instances know of it', 0, false, 0, 'held'],
    ['holds when all know of it, however late', 0, false, 10_000, 'held'],
    ['is waited for while an instance may not know of it', 1, true, 0, 'wait'],
    ['is waited for until the lease and its margin are over', 1, true, 1_050, 'wait'],
    ['holds when the leases are over and it is marked', 1, true, 1_050.1, 'held'],
    [
      'holds when the leases are over and it is marked, though Postgres is away',
      unknown,
      true,
      1_051,
      'held',
    ],
    ['is waited for without a mark though the leases are over', 1, false, 1_051, 'wait'],
    ['is waited for until patience ends', 1, false, 1_600, 'wait'],
    ['is unconfirmed when an instance and Redis are out of reach', 1, false, 1_600.1, 'unconfirmed'],
    ['is unconfirmed when Postgres and Redis are out of reach', unknown, false, 1_601, 'unconfirmed'],
    ['holds when the mark came at the last moment', 1, true, 1_601, 'held'],
  ] as const)('%s', (_, unaware, marked, waitedMs, verdict) => {
    expect(judgeAcknowledgement({ unaware, marked, waitedMs }, leaseMs)).toBe(verdict)
  })

  it('is unconfirmed, rather than held too early, when a lease is longer than patience', () => {
    expect(judgeAcknowledgement({ unaware: 1, marked: true, waitedMs: 1_601 }, 5_000)).toBe('unconfirmed')
  })
})
