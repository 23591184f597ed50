import { describe, expect, it, vi } from 'vitest'
import { createClock } from '../../../src/clock.ts'
import type { MarkedOn, Revoked, SessionCache } from '../../../src/session/ports.ts'
import { createDenySet } from '../../../src/session/revocation/deny-set.ts'
import { createPropagation, type Standing } from '../../../src/session/revocation/propagation.ts'
import { nobody } from '../../support/domain.ts'
import { startStopwatch } from '../../support/stopwatch.ts'

const revoked: Revoked[] = [{ sessionId: 'a', reason: 'user', isNew: true, xid: '7' }]

/** A revocation on its way, of which Postgres says what `standing` returns. */
function propagation(standing: (markedOn: MarkedOn) => Promise<Standing>, marks: MarkedOn[] = ['redis 1']) {
  const cache: SessionCache = {
    read: async () => ({ kind: 'away' }),
    fill: async () => undefined,
    rotated: async () => undefined,
    revoke: vi.fn(async () => marks.shift() ?? 'redis 1'),
    forget: async () => null,
    hint: () => undefined,
  }
  const denySet = createDenySet(60_000)
  const clock = createClock()
  const { confirm } = createPropagation({
    denySet,
    cache,
    clock,
    leaseMs: 300,
    observer: nobody,
    readStanding: (_, markedOn) => standing(markedOn),
  })
  return { confirm: () => confirm(revoked), denySet, cache }
}

describe('a committed revocation', () => {
  it('is denied here, and told to Redis, before anybody is waited for', async () => {
    const { confirm, denySet, cache } = propagation(async () => {
      expect(denySet.reasonForId('a')).toBe('user')
      expect(cache.revoke).toHaveBeenCalledTimes(1)
      return { unaware: 0, unmarked: 0, lost: false }
    })
    await confirm()
    expect.assertions(2)
  })

  it('is not answered when the database does not know of it any more, whoever has acknowledged', async () => {
    const { confirm } = propagation(async () => ({ unaware: 0, unmarked: 0, lost: true }))
    await expect(confirm()).rejects.toMatchObject({ code: 'store_unavailable' })
  })

  it('is marked again until the mark stands in the Redis that the others read', async () => {
    const { confirm, cache } = propagation(
      async markedOn => ({ unaware: 1, unmarked: markedOn === 'redis 2' ? 0 : 1, lost: false }),
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
