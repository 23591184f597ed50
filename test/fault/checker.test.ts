import { describe, expect, it } from 'vitest'
import { check } from './checker.ts'
import type { Evidence, Rule } from './evidence.ts'
import type { DatabaseFacts, EventFact, SessionFact } from './facts.ts'
import type { Interval, Operation } from './history.ts'

/** A sign-in, an exchange, a verify, and the end of the session: all as it should be. */
const signIn = operation({ op: 'sign_in', session: 's1', status: 200, issued: pair(0), start: 0, end: 50 })
const refresh = operation({
  op: 'refresh',
  generation: 0,
  presented: 'r0',
  issued: pair(1),
  status: 200,
  start: 100,
  end: 120,
})
const verify = operation({ op: 'verify', generation: 1, status: 204, start: 200, end: 205 })
const otherSignIn = operation({
  op: 'sign_in',
  session: 's2',
  status: 200,
  issued: pair(0),
  start: 210,
  end: 260,
})
const revoke = operation({
  op: 'revoke',
  session: 's2',
  target: 's1',
  generation: 0,
  status: 204,
  start: 300,
  end: 350,
})
const refused = operation({
  op: 'verify',
  generation: 1,
  status: 401,
  code: 'session_revoked',
  start: 351,
  end: 353,
})
const clean = [signIn, refresh, verify, otherSignIn, revoke, refused]

describe('a history in which every promise was kept', () => {
  it('has no violation', () => {
    expect(rulesIn(clean)).toEqual([])
  })

  it('may say either to what overlaps a revocation', () => {
    const yes = { ...verify, start: 340, end: 345 }
    expect(rulesIn([...clean, yes, { ...refused, start: 310, end: 320 }])).toEqual([])
  })

  it('may say either after a revocation whose outcome is unknown', () => {
    const unknown = { ...revoke, status: 503, code: 'store_unavailable' }
    const history = [...clean.filter(one => one !== revoke), unknown]
    const during = { fault: { from: 290, to: 360 }, mayFail: () => true }
    expect(rulesIn([...history, { ...verify, start: 400, end: 410 }], during)).toEqual([])
    expect(
      rulesIn(history, { ...during, facts: facts({ sessions: [row('s1', 1, null), row('s2', 0, null)] }) }),
    ).toEqual([])
  })

  it('may give the same pair to the same token again', () => {
    expect(rulesIn([...clean, { ...refresh, start: 130, end: 140 }])).toEqual([])
  })

  it('may stand one generation ahead of a client whose exchange had no answer', () => {
    const lost = operation({ op: 'refresh', generation: 1, presented: 'r1', status: 0, start: 150, end: 160 })
    const ahead = facts({ sessions: [row('s1', 2, 'user'), row('s2', 0, null)] })
    expect(
      rulesIn([...clean, lost], { fault: { from: 90, to: 170 }, mayFail: () => true, facts: ahead }),
    ).toEqual([])
  })

  it('may refuse an access token that was superseded longer ago than the grace', () => {
    const old = { ...refused, code: 'access_token_invalid', generation: 0 }
    expect(rulesIn([signIn, refresh, { ...old, start: 30_200, end: 30_210 }], { facts: unrevoked })).toEqual(
      [],
    )
    expect(rulesIn([signIn, refresh, { ...old, start: 200, end: 210 }], { facts: unrevoked })).toEqual([
      'no false sign-out',
    ])
  })

  it('may go on after a spent token that was refused without being called reused', () => {
    const stale = operation({ op: 'refresh', generation: -1, stale: true, status: 401, start: 300, end: 320 })
    const refusedAsForeign = { ...stale, code: 'refresh_token_invalid' }
    const later = { ...verify, start: 2_000, end: 2_010 }
    expect(rulesIn([signIn, refresh, refusedAsForeign, later], { facts: unrevoked })).toEqual([])
  })

  it('may evict past the limit, as long as the audit says so', () => {
    const evicted = facts({
      sessions: [row('s1', 1, 'session_limit'), row('s2', 0, null)],
      events: [
        ...clean.filter(({ op }) => op === 'sign_in').map(created),
        { ...event('session_limit_reached', 's2'), evicted: ['s1'] },
      ],
    })
    expect(
      rulesIn([signIn, refresh, otherSignIn, { ...refused, start: 250, end: 255 }], { facts: evicted }),
    ).toEqual([])
    const late = { ...verify, start: 1_300, end: 1_310 }
    expect(rulesIn([signIn, refresh, otherSignIn, late], { facts: evicted })).toEqual(['revocation is final'])
  })

  it('may evict by a sign-in that is lost with its event, and by none that is not', () => {
    const forgotten = facts({ sessions: [row('s1', 1, 'session_limit')], events: [created(signIn)] })
    const history = [signIn, refresh, otherSignIn, { ...refused, start: 250, end: 255 }]
    expect(rulesIn(history, { facts: forgotten, rewound: { from: 200, to: 390 } })).toEqual([])
    const later = { facts: forgotten, rewound: { from: 300, to: 390 } }
    expect(rulesIn(history, later)).toContain('no false sign-out')
    const before = history.map(one => (one.op === 'verify' ? { ...one, start: 150, end: 155 } : one))
    expect(rulesIn(before, { facts: forgotten, rewound: { from: 200, to: 390 } })).toContain(
      'no false sign-out',
    )
  })

  it('may lose what a standby had not received when it was promoted', () => {
    const forgotten = facts({
      sessions: [row('s1', 0, null), row('s2', 0, null)],
      events: [created(signIn), created(otherSignIn)],
      announced: [],
    })
    const rewound = { from: 90, to: 390 }
    expect(rulesIn([...clean, { ...verify, start: 500, end: 510 }], { facts: forgotten, rewound })).toEqual(
      [],
    )
  })
})

describe('caught:', () => {
  it('a verify that began after the revocation was answered, and said yes', () => {
    expect(rulesIn([...clean, { ...verify, start: 351, end: 360 }])).toEqual(['revocation is final'])
  })

  it('a refresh that began after the revocation was answered, and gave a pair', () => {
    const late = { ...refresh, generation: 1, presented: 'r1', issued: pair(2), start: 351, end: 360 }
    const found = rulesIn([...clean, late], {
      facts: facts({ sessions: [row('s1', 2, 'user'), row('s2', 0, null)] }),
    })
    expect(found).toEqual(['revocation is final'])
  })

  it.each(['logout', 'others', 'password'] as const)('a yes after the answered %s', op => {
    const by = {
      ...revoke,
      op,
      session: op === 'logout' ? 's1' : 's2',
      target: null,
      status: op === 'logout' ? 204 : 200,
    }
    const history = [...clean.filter(one => one !== revoke), by]
    const recorded = facts({ events: [...recordedEvents, event('password_changed', 's2')] })
    expect(rulesIn(history, { facts: recorded })).toEqual([])
    expect(rulesIn([...history, { ...verify, start: 351, end: 360 }], { facts: recorded })).toEqual([
      'revocation is final',
    ])
  })

  it('a yes to a token of before a password change that has been answered', () => {
    const change = operation({
      op: 'password',
      generation: 1,
      issued: pair(2),
      status: 200,
      start: 270,
      end: 280,
    })
    const changed = facts({
      sessions: [row('s1', 2, null)],
      events: [created(signIn), event('password_changed', 's1')],
    })
    const history = [signIn, refresh, verify, change]
    const no = { ...refused, code: 'access_token_invalid', start: 271, end: 290 }
    expect(rulesIn([...history, no], { facts: changed })).toEqual([])
    const yes = { ...verify, start: 275, end: 290 }
    expect(rulesIn([...history, yes], { facts: changed })).toEqual([])
    expect(rulesIn([...history, { ...yes, start: 281 }], { facts: changed })).toEqual(['revocation is final'])
    expect(rulesIn([...history, { ...yes, generation: 2, start: 281 }], { facts: changed })).toEqual([])
  })

  it('a yes a second after a detected reuse', () => {
    const reused = facts({ sessions: [row('s1', 1, 'refresh_reused')] })
    const stale = operation({
      op: 'refresh',
      generation: -1,
      presented: 'old',
      stale: true,
      status: 401,
      code: 'refresh_token_reused',
      start: 300,
      end: 320,
    })
    expect(
      rulesIn([signIn, refresh, stale, { ...verify, start: 1_310, end: 1_315 }], { facts: reused }),
    ).toEqual([])
    expect(
      rulesIn([signIn, refresh, stale, { ...verify, start: 1_321, end: 1_330 }], { facts: reused }),
    ).toEqual(['revocation is final'])
  })

  it('a 401 for a session that nobody ended', () => {
    const early = { ...refused, start: 210, end: 215 }
    expect(rulesIn([...clean, early])).toEqual(['no false sign-out'])
  })

  it('a refresh that was refused before anybody had ended its session', () => {
    const early = { ...refresh, issued: null, status: 401, code: 'refresh_token_invalid', start: 80, end: 90 }
    expect(rulesIn([...clean, early])).toEqual(['no false sign-out'])
  })

  it('an honest client that was taken for a thief, also when nobody was told', () => {
    const thief = {
      ...refresh,
      issued: null,
      status: 401,
      code: 'refresh_token_reused',
      start: 310,
      end: 320,
    }
    expect(rulesIn([...clean, thief])).toEqual(['no false sign-out'])
    expect(
      rulesIn([signIn, refresh], { facts: facts({ sessions: [row('s1', 1, 'refresh_reused')] }) }),
    ).toEqual(['no false sign-out'])
  })

  it('a sign-in that was refused with the right password', () => {
    const wrong = { ...signIn, session: null, issued: null, status: 401, code: 'invalid_credentials' }
    expect(rulesIn([...clean, wrong])).toEqual(['no false sign-out'])
  })

  it('two children of one refresh token', () => {
    const twin = { ...refresh, issued: { generation: 1, pair: 'another' }, start: 130, end: 140 }
    expect(rulesIn([...clean, twin])).toEqual(['one lineage'])
  })

  it('a generation that was left out', () => {
    const jump = { ...refresh, generation: 1, presented: 'r1', issued: pair(3), start: 130, end: 140 }
    const found = rulesIn([...clean, jump], {
      facts: facts({ sessions: [row('s1', 3, 'user'), row('s2', 0, null)] }),
    })
    expect(found).toEqual(['one lineage'])
  })

  it('a row that stands where no client has ever been', () => {
    const found = rulesIn(clean, { facts: facts({ sessions: [row('s1', 2, 'user'), row('s2', 0, null)] }) })
    expect(found).toEqual(['one lineage'])
  })

  it('a spent token that was exchanged again', () => {
    const stale = { ...refresh, stale: true, start: 280, end: 290 }
    expect(rulesIn([...clean, stale])).toEqual(['one lineage'])
  })

  it.each([
    ['a sign-in that is not in Postgres', { sessions: [row('s1', 1, 'user')] }],
    ['a sign-in that is not in the audit', { events: recordedWithout('session_created', 's2') }],
    ['an exchange that is not in Postgres', { sessions: [row('s1', 0, 'user'), row('s2', 0, null)] }],
    ['a revocation that is not in Postgres', { sessions: [row('s1', 1, null), row('s2', 0, null)] }],
    ['a revocation that is not in the audit', { events: recordedWithout('session_revoked', 's1') }],
    ['a revocation that is not on the feed', { announced: [] }],
  ])('%s, though it was answered', (_what, missing) => {
    expect(rulesIn(clean, { facts: facts(missing) })).toContain('no false success')
  })

  it('a request over two seconds, but not when its instance or the machine stood still', () => {
    const slow = { ...verify, end: verify.start + 2_300 }
    const others = [signIn, refresh]
    expect(rulesIn([...others, slow], { facts: unrevoked })).toEqual(['bounded'])
    expect(
      rulesIn([...others, slow], { facts: unrevoked, out: [{ instance: 'A', from: 300, to: 1_000 }] }),
    ).toEqual([])
    const standstill = withheld({ from: 500, to: 700 })
    expect(rulesIn([...others, slow], { facts: unrevoked, undisturbedMs: standstill })).toEqual([])
  })

  it('a failure later than five seconds after the fault, and a call that never works again', () => {
    const fault = { from: 90, to: 150 }
    const late = { ...verify, status: 503, start: 5_200, end: 5_210 }
    const again = [
      { ...refresh, start: 160, end: 170 },
      { ...signIn, session: 's3', start: 160, end: 170 },
    ]
    const three = facts({
      sessions: [row('s1', 1, null), row('s3', 0, null)],
      events: [created(signIn), event('session_created', 's3')],
    })
    expect(rulesIn([signIn, refresh, verify, ...again, late], { fault, facts: three })).toEqual(['recovery'])
    const never = { ...signIn, session: null, issued: null, status: 503, start: 160, end: 170 }
    const allowed = { fault, facts: unrevoked, mayFail: () => true }
    expect(rulesIn([signIn, refresh, verify, never], allowed)).toEqual(['recovery'])
  })

  it('a failure where the design says that it works', () => {
    const failed = { ...verify, status: 503, code: 'store_unavailable' }
    expect(rulesIn([signIn, refresh, failed], { facts: unrevoked })).toEqual(['availability'])
  })

  it('nothing by the clock where the machine withheld most of the time', () => {
    const failed = { ...verify, status: 503, code: 'store_unavailable', start: 1_200, end: 1_500 }
    const during = (undisturbedMs: Evidence['undisturbedMs']) =>
      rulesIn([signIn, refresh, failed], { facts: unrevoked, undisturbedMs })
    expect(during(withheld({ from: 1_000, to: 1_500 }))).toEqual(['availability'])
    expect(during(withheld({ from: 500, to: 1_500 }))).toEqual([])
  })

  it('a failure five seconds after the fault, of those that the machine gave', () => {
    const fault = { from: 90, to: 150 }
    const late = { ...verify, status: 503, start: 5_200, end: 5_210 }
    const again = { ...refresh, start: 160, end: 170 }
    const about = { fault, facts: unrevoked, mayFail: () => true }
    const operations = [signIn, refresh, verify, again, late]
    expect(rulesIn(operations, about)).toEqual(['recovery'])
    expect(rulesIn(operations, { ...about, undisturbedMs: withheld({ from: 1_000, to: 1_100 }) })).toEqual([])
  })
})

const recordedEvents: EventFact[] = [created(signIn), created(otherSignIn), event('session_revoked', 's1')]
const unrevoked = facts({ sessions: [row('s1', 1, null)] })

/** The rules that are broken, each once. */
function rulesIn(
  operations: readonly Operation[],
  about: Partial<Omit<Evidence, 'operations' | 'settings'> & Evidence['settings']> = {},
): Rule[] {
  const { facts: found = facts({}), fault = null, out = [], undisturbedMs = withheld() } = about
  const { rotationGraceMs = 30_000, mayFail = () => false, rewound = null } = about
  const settings = { rotationGraceMs, mayFail, rewound }
  return [
    ...new Set(
      check({ operations, facts: found, fault, out, undisturbedMs, settings }).map(({ rule }) => rule),
    ),
  ]
}

/** The time of a machine that stood still meanwhile. */
function withheld({ from, to }: Interval = { from: 0, to: 0 }): Evidence['undisturbedMs'] {
  return (start, end) => end - start - Math.max(0, Math.min(end, to) - Math.max(start, from))
}

function operation(
  known: Pick<Operation, 'op' | 'status' | 'start' | 'end'> & Partial<Operation>,
): Operation {
  return {
    user: 'u1',
    session: 's1',
    target: null,
    generation: null,
    presented: null,
    issued: null,
    stale: false,
    instance: 'A',
    code: null,
    ...known,
  }
}

function pair(generation: number): Operation['issued'] {
  return { generation, pair: `pair ${generation}` }
}

function row(id: string, rotation: number, revokedReason: string | null): SessionFact {
  return { id, user: 'u1', rotation, revokedReason }
}

function event(type: string, session: string): EventFact {
  return { type, user: 'u1', session, evicted: [] }
}

function created({ session }: Operation): EventFact {
  return event('session_created', session ?? '')
}

function recordedWithout(type: string, session: string): EventFact[] {
  const all = [created(signIn), created(otherSignIn), event('session_revoked', 's1')]
  return all.filter(recorded => recorded.type !== type || recorded.session !== session)
}

function facts(known: {
  sessions?: SessionFact[]
  events?: EventFact[]
  announced?: string[]
}): DatabaseFacts {
  return {
    sessions: known.sessions ?? [row('s1', 1, 'user'), row('s2', 0, null)],
    events: known.events ?? [created(signIn), created(otherSignIn), event('session_revoked', 's1')],
    announced: new Set(known.announced ?? ['s1']),
  }
}
