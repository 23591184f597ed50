import { describe, expect, it } from 'vitest'
import { type Cutoff, createDenySet, type SessionFacts } from '../../../src/session/revocation/deny-set.ts'

const windowMs = 1_000
const cutAt = 1_800_000_000_000

function session(changes: Partial<SessionFacts> = {}): SessionFacts {
  return { id: 'a', clientType: 'portal', ipAddress: '192.0.2.1', createdAt: cutAt - 1, ...changes }
}

function cutoff(changes: Partial<Cutoff>): Cutoff {
  return { id: 'cut', scope: 'all', subject: null, issuedBefore: cutAt, ...changes }
}

/** What a deny-set says of the sessions once it knows of one cut-off. */
function covered(known: Partial<Cutoff>, sessions: Partial<SessionFacts>[]): boolean[] {
  const denySet = createDenySet(windowMs)
  denySet.addCutoff(cutoff(known), 0)
  return sessions.map(changes => denySet.reasonFor(session(changes)) === 'bulk')
}

describe('a deny-set', () => {
  it('says why a session was revoked, and nothing of others', () => {
    const denySet = createDenySet(windowMs)
    denySet.add('a', 'password_changed', 0)
    expect(denySet.reasonForId('a')).toBe('password_changed')
    expect(denySet.reasonFor(session())).toBe('password_changed')
    expect(denySet.reasonForId('b')).toBeNull()
    expect(denySet.reasonFor(session({ id: 'b' }))).toBeNull()
  })

  it('knows which snapshots were read before a change of their user’s roles', () => {
    const denySet = createDenySet(windowMs)
    denySet.distrust('u', 500, 0)
    const outdated = (userId: string, readAt: number) => denySet.isOutdated({ userId, readAt })
    expect([outdated('u', 499), outdated('u', 500), outdated('u', 501), outdated('v', 0)]).toEqual([
      true,
      true,
      false,
      false,
    ])
    // Read again, as after a break of the feed's connection; and an older change that is told late.
    denySet.distrust('u', 700, 100)
    denySet.distrust('u', 600, 200)
    expect([outdated('u', 700), outdated('u', 701)]).toEqual([true, false])
    denySet.expire(1_199)
    expect(outdated('u', 700)).toBe(true)
    denySet.expire(1_200)
    expect(outdated('u', 700)).toBe(false)
    expect(denySet.size()).toBe(0)
  })

  it('keeps an entry for the window, counted from when it was seen', () => {
    const denySet = createDenySet(windowMs)
    denySet.add('a', 'user', 500)
    denySet.expire(1_499)
    expect(denySet.reasonForId('a')).toBe('user')
    denySet.expire(1_500)
    expect(denySet.reasonForId('a')).toBeNull()
    expect(denySet.size()).toBe(0)
  })

  it('keeps an entry longer when it is seen again, with its first reason', () => {
    const denySet = createDenySet(windowMs)
    denySet.add('a', 'user', 0)
    denySet.add('a', 'admin', 900)
    denySet.expire(1_899)
    expect(denySet.reasonForId('a')).toBe('user')
    expect(denySet.size()).toBe(1)
    denySet.expire(1_900)
    expect(denySet.reasonForId('a')).toBeNull()
  })

  it('drops what is too old, and only that, in whatever order it was seen again', () => {
    const denySet = createDenySet(windowMs)
    denySet.add('a', 'user', 0)
    denySet.add('b', 'user', 100)
    denySet.add('c', 'user', 200)
    denySet.add('a', 'user', 300)
    denySet.expire(1_150)
    expect(['a', 'b', 'c'].map(denySet.reasonForId)).toEqual(['user', null, 'user'])
    denySet.expire(1_250)
    expect(['a', 'b', 'c'].map(denySet.reasonForId)).toEqual(['user', null, null])
  })

  it('keeps a cut-off for the window as well, longer when it is seen again', () => {
    const denySet = createDenySet(windowMs)
    denySet.addCutoff(cutoff({}), 0)
    denySet.addCutoff(cutoff({}), 600)
    expect(denySet.size()).toBe(1)
    denySet.expire(1_599)
    expect(denySet.reasonFor(session())).toBe('bulk')
    denySet.expire(1_600)
    expect(denySet.reasonFor(session())).toBeNull()
  })

  it("says a session's own reason before that of a cut-off", () => {
    const denySet = createDenySet(windowMs)
    denySet.addCutoff(cutoff({}), 0)
    denySet.add('a', 'user', 0)
    expect(denySet.reasonFor(session())).toBe('user')
  })

  it('cannot say by the id alone that a cut-off covers a session', () => {
    const denySet = createDenySet(windowMs)
    denySet.addCutoff(cutoff({}), 0)
    expect(denySet.reasonForId('a')).toBeNull()
  })
})

describe('a cut-off', () => {
  it.each(['all', 'issued_before'] as const)(
    'of scope %s covers every older session, and no later one',
    scope => {
      const created = [cutAt - 1, cutAt, cutAt + 1].map(createdAt => ({ createdAt }))
      expect(covered({ scope }, created)).toEqual([true, false, false])
    },
  )

  it('of a client type covers the older sessions of that type', () => {
    const sessions = [{}, { clientType: 'mobile' }, { createdAt: cutAt }]
    expect(covered({ scope: 'client_type', subject: 'portal' }, sessions)).toEqual([true, false, false])
  })

  it('of an address covers the older sessions from that address', () => {
    const sessions = [{}, { ipAddress: '192.0.2.10' }, { ipAddress: null }, { createdAt: cutAt }]
    expect(covered({ scope: 'ip', subject: '192.0.2.1' }, sessions)).toEqual([true, false, false, false])
  })

  it('of a network covers the addresses in it', () => {
    const sessions = ['192.0.2.0', '192.0.2.255', '192.0.3.0', '2001:db8::1'].map(ipAddress => ({
      ipAddress,
    }))
    expect(covered({ scope: 'ip', subject: '192.0.2.0/24' }, sessions)).toEqual([true, true, false, false])
  })

  it('of an IPv6 address covers it however it is spelt', () => {
    const addresses = ['2001:db8::1', '2001:0db8:0:0:0:0:0:0001', '2001:DB8::1', '2001:db8::2', '192.0.2.1']
    const sessions = addresses.map(ipAddress => ({ ipAddress }))
    expect(covered({ scope: 'ip', subject: '2001:db8::1' }, sessions)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ])
  })

  it('of an IPv6 network covers the addresses in it', () => {
    const addresses = ['2001:db8:0:1::1', '2001:db8:0:1:ffff::', '2001:db8:0:2::1', '192.0.2.1']
    const sessions = addresses.map(ipAddress => ({ ipAddress }))
    expect(covered({ scope: 'ip', subject: '2001:db8:0:1::/64' }, sessions)).toEqual([
      true,
      true,
      false,
      false,
    ])
  })

  it('of all addresses of one family covers none of the other, as in Postgres', () => {
    const sessions = [{ ipAddress: '192.0.2.1' }, { ipAddress: '2001:db8::1' }]
    expect(covered({ scope: 'ip', subject: '::/0' }, sessions)).toEqual([false, true])
    expect(covered({ scope: 'ip', subject: '0.0.0.0/0' }, sessions)).toEqual([true, false])
  })
})
