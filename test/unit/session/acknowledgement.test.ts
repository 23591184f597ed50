import { describe, expect, it } from 'vitest'
import { judgeAcknowledgement } from '../../../src/session/revocation/acknowledgement.ts'

const leaseMs = 1_000
const unknown = Number.POSITIVE_INFINITY

describe('a committed revocation', () => {
  it.each([
    ['holds at once when all instances know of it', 0, 0, 0, 'held'],
    ['holds when all know of it, however late', 0, 0, 10_000, 'held'],
    ['is waited for while an instance may not know of it', 1, 0, 0, 'wait'],
    ['is waited for until the lease and its margin are over', 1, 0, 1_050, 'wait'],
    ['holds when the leases are over and it is marked where they look', 1, 0, 1_050.1, 'held'],
    ['is waited for when one of two looks where it is not marked', 2, 1, 1_051, 'wait'],
    ['is waited for until patience ends', 1, 1, 1_600, 'wait'],
    ['is unconfirmed when an instance and its Redis are out of reach', 1, 1, 1_600.1, 'unconfirmed'],
    ['is unconfirmed when Postgres does not say', unknown, unknown, 1_601, 'unconfirmed'],
    ['holds when the mark came at the last moment', 1, 0, 1_601, 'held'],
  ] as const)('%s', (_, unaware, unmarked, waitedMs, verdict) => {
    expect(judgeAcknowledgement({ unaware, unmarked, waitedMs }, leaseMs)).toBe(verdict)
  })

  it('is unconfirmed, rather than held too early, when a lease is longer than patience', () => {
    expect(judgeAcknowledgement({ unaware: 1, unmarked: 0, waitedMs: 1_601 }, 5_000)).toBe('unconfirmed')
  })
})
