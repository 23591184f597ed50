import { describe, expect, it, vi } from 'vitest'
import { createClock } from '../../../src/clock.ts'
import type { MarkedOn, Revoked, SessionCache } from '../../../src/session/ports.ts'
import { createDenySet } from '../../../src/session/revocation/deny-set.ts'
import { createPropagation, type Standing } from '../../../src/session/revocation/propagation.ts'
import { nobody } from '../../support/domain.ts'
import { startStopwatch } from '../../support/stopwatch.ts'

/** The database's time at each look. */
const now = 1_800_000_000_000
const revoked: Revoked[] = [{ sessionId: 'a', reason: 'user', isNew: true, xid: '7' }]

/** A revocation on its way, of which Postgres says what `standing` returns. */
function propagation(standing: (markedOn: MarkedOn) => Promise<Standing>, marks: MarkedOn[] = ['redis 1']) {
  const cache: SessionCache = {
    read: async () => ({ kind: 'away' }),
    fill: async () => undefined,
    rotated: async () => undefined,
    revoke: vi.fn(async () => marks.shift() ?? 'redis 1'),
    markChanged: vi.fn(async () => 'redis 1'),
    hint: () => undefined,
  }
  const denySet = createDenySet(60_000)
  const clock = createClock()
  const { confirm, confirmStanding, confirmUser } = createPropagation({
    denySet,
    cache,
    clock,
    leaseMs: 300,
    observer: nobody,
    readStanding: (_, markedOn) => standing(markedOn),
  })
  const change = { userId: 'u', xid: '7', sessionIds: ['b'], revoked }
  const [first] = revoked
  if (first === undefined) throw new Error('nothing is revoked')
  return {
    confirm: () => confirm(revoked),
    repeat: () => confirmStanding(first),
    confirmUser: () => confirmUser(change),
    denySet,
    cache,
  }
}

describe('a committed revocation', () => {
  it('is denied here, and told to Redis, before anybody is waited for', async () => {
    const { confirm, denySet, cache } = propagation(async () => {
      expect(denySet.reasonForId('a')).toBe('user')
      expect(cache.revoke).toHaveBeenCalledTimes(1)
      return { unaware: 0, unmarked: 0, lost: false, now }
    })
    await confirm()
    expect.assertions(2)
  })

  it('is not answered when the database does not know of it any more, whoever has acknowledged', async () => {
    const { confirm } = propagation(async () => ({ unaware: 0, unmarked: 0, lost: true, now }))
    await expect(confirm()).rejects.toMatchObject({ code: 'store_unavailable' })
  })

  it('is marked again until the mark stands in the Redis that the others read', async () => {
    const { confirm, cache } = propagation(
      async markedOn => ({ unaware: 1, unmarked: markedOn === 'redis 2' ? 0 : 1, lost: false, now }),
      [null, 'redis 1', 'redis 2'],
    )
    await confirm()
    expect(cache.revoke).toHaveBeenCalledTimes(3)
  })

  it('is unconfirmed in time, also when Postgres does not answer at all', async () => {
    const { confirm } = propagation(() => new Promise(() => undefined))
    const stopwatch = startStopwatch()
    await expect(confirm()).rejects.toMatchObject({ code: 'revocation_unconfirmed' })
    expect(stopwatch.readMs()).toBeLessThan(1_900)
  })

  it('is unconfirmed while Postgres does not say who knows of it, though it is marked', async () => {
    const { confirm } = propagation(() => Promise.reject(new Error('away')))
    await expect(confirm()).rejects.toMatchObject({ code: 'revocation_unconfirmed' })
  })
})

describe('a committed change of a user', () => {
  it('is told to Redis once when all instances have read of it', async () => {
    const { confirmUser, denySet, cache } = propagation(async () => ({
      unaware: 0,
      unmarked: 0,
      lost: false,
      now,
    }))
    await confirmUser()
    expect(cache.markChanged).toHaveBeenCalledTimes(1)
    expect(cache.revoke).toHaveBeenCalledTimes(1)
    expect(denySet.reasonForId('a')).toBe('user')
    expect(denySet.isOutdated({ userId: 'u', readAt: Date.now() })).toBe(true)
  })

  it('is marked with the time of a look that was taken after the commit', async () => {
    const { confirmUser, cache } = propagation(async () => ({ unaware: 0, unmarked: 0, lost: false, now }))
    await confirmUser()
    expect(cache.markChanged).toHaveBeenCalledWith(['b'], now)
  })

  it('is not marked while Postgres does not tell its time, and then is, before an answer rests on the lease', async () => {
    let looks = 0
    const { confirmUser, cache } = propagation(async markedOn => {
      if (looks++ === 0) throw new Error('down')
      return { unaware: 1, unmarked: markedOn === null ? 1 : 0, lost: false, now }
    })
    await confirmUser()
    expect(cache.markChanged).toHaveBeenCalledWith(['b'], now)
  })

  it('is confirmed by one Redis that has taken all marks, and by no two of them', async () => {
    const seen: MarkedOn[] = []
    const { confirmUser } = propagation(
      async markedOn => {
        seen.push(markedOn)
        return { unaware: 0, unmarked: 0, lost: false, now }
      },
      ['redis 2'],
    )
    await confirmUser()
    expect(seen).toEqual([null, null])
  })
})

describe('a revocation that was committed before', () => {
  it('is answered by one look where every instance has it, and is not announced again', async () => {
    const look = vi.fn(async () => ({ unaware: 0, unmarked: 0, lost: false, now }))
    const { repeat, denySet, cache } = propagation(look)
    await repeat()
    expect(look).toHaveBeenCalledTimes(1)
    expect(cache.revoke).not.toHaveBeenCalled()
    expect(denySet.reasonForId('a')).toBe('user')
  })

  it('is announced and waited for, as by whoever committed it, where an instance does not have it', async () => {
    const unaware = [2, 2, 1, 0]
    const { repeat, cache } = propagation(async () => ({
      unaware: unaware.shift() ?? 0,
      unmarked: 1,
      lost: false,
      now,
    }))
    await repeat()
    expect(unaware).toEqual([])
    expect(cache.revoke).toHaveBeenCalledTimes(1)
  })

  it('is unconfirmed in time while an instance does not have it', async () => {
    const { repeat } = propagation(async () => ({ unaware: 1, unmarked: 1, lost: false, now }))
    const stopwatch = startStopwatch()
    await expect(repeat()).rejects.toMatchObject({ code: 'revocation_unconfirmed' })
    expect(stopwatch.readMs()).toBeLessThan(1_900)
  })

  it('is not answered when the database has lost it', async () => {
    const { repeat } = propagation(async () => ({ unaware: 0, unmarked: 0, lost: true, now }))
    await expect(repeat()).rejects.toMatchObject({ code: 'store_unavailable' })
  })
})
