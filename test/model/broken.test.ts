import { describe, expect, it } from 'vitest'
import { faults, noFault } from './faults.ts'
import { report } from './report.ts'
import { check } from './revocation.ts'
import { type Rule, rules, without } from './rules.ts'

const tokens = { rotates: false }
const rotatingTokens = { rotates: true }

const finality = expect.stringMatching(/^1:/)
const noFalseNo = expect.stringMatching(/^2:/)

/** Each rule, and a fault under which it is needed. */
const needed: [Rule, keyof typeof faults, typeof finality][] = [
  ['lease', 'Redis forgets', finality],
  ['leaseFromBegin', 'Redis forgets', finality],
  ['windowFirst', 'Redis forgets', finality],
  ['denySet', 'Redis forgets', finality],
  ['denyAfterAnswer', 'Redis forgets', finality],
  ['denyOutlivesSnapshots', 'Redis becomes another server', finality],
  ['ageFromRead', 'Redis hangs, or is away', finality],
  ['registersFirst', 'Redis forgets', finality],
  ['registersAfterSilence', 'both stores hang, or are away', finality],
  ['acknowledgesWhatItKnows', 'Redis forgets', finality],
  ['lapsesBeforeLeaving', 'Redis forgets', finality],
  ['waits', 'Redis becomes another server', finality],
  ['waitsForTheLease', 'Redis forgets', finality],
  ['markConfirmed', 'both stores hang, or are away', finality],
  ['marks', 'the other instance is cut off, or freezes', finality],
  ['revocationKeepsItsMark', 'the other instance is cut off, or freezes', finality],
  ['repeatWaits', 'an instance dies', finality],
  ['unbrokenRedis', 'Postgres is away and Redis restarts', finality],
  ['unbrokenFromBegin', 'Postgres is away and Redis restarts', finality],
  ['fallbackEnds', 'both stores hang, or are away', finality],
  ['markOnTheServerRead', 'an instance is cut off together with the old Redis', finality],
  ['vouchesOnlyWhenNoted', 'an instance is cut off together with the old Redis', finality],
  ['nearNeedsTheLease', 'Postgres hangs, or is away', finality],
  ['ownRead', 'Redis forgets', finality],
  ['marksAfterCommit', 'the instance that revokes is cut off', noFalseNo],
  ['awayIsNoAnswer', 'Postgres hangs, or is away', noFalseNo],
]

describe('without one of its rules, the protocol breaks its promise', () => {
  it.each(needed)('%s, when %s', (rule, fault, promise) => {
    const explored = check(faults[fault], without(rule), tokens)
    report(`without ${rule}, when ${fault}`, explored)
    expect(explored.violation).toMatchObject({ promise })
  })

  it.each(['marks', 'waits', 'markConfirmed'] as const)('%s, at a password or role change', rule => {
    const fault = 'both stores hang, or are away'
    const explored = check(faults[fault], without(rule), { rotates: false, isChange: true })
    report(`without ${rule}, at a change, when ${fault}`, explored)
    expect(explored.violation).toMatchObject({ promise: finality })
  })

  it.each(['ownRead', 'mismatchIsNoAnswer'] as const)('%s, when the tokens rotate', rule => {
    const explored = check(noFault, without(rule), rotatingTokens)
    report(`without ${rule}, when the tokens rotate`, explored)
    expect(explored.violation).toMatchObject({ promise: noFalseNo })
  })
})

/**
 * A second line, for more than one fault at a time: the `DEL` where a mark is lost as well, and the lapse where a row was
 * deleted by hand. Tried here where a mark is lost, and where a row is taken off the list.
 */
describe('without a rule that is a second line, the protocol still keeps its promises', () => {
  it.each([
    ['deletes', 'Redis forgets'],
    ['deletes', 'the other instance is cut off, or freezes'],
    ['lapsesOffTheList', 'the other instance is cut off, or freezes'],
  ] as const)('%s, when %s', (rule, fault) => {
    expect(check(faults[fault], without(rule), tokens)).toMatchObject({ complete: true, violation: null })
  })
})

it('every rule has been taken out', () => {
  const tried = new Set<string>([...needed.map(([rule]) => rule), 'mismatchIsNoAnswer'])
  const untried = Object.keys(rules).filter(rule => !tried.has(rule))
  expect(untried).toEqual(['lapsesOffTheList', 'deletes'])
})
