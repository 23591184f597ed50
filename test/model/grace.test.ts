import { describe, expect, it } from 'vitest'
import { checkGrace, type GraceRules, graceRules, graceWithout } from './grace.ts'
import { report } from './report.ts'

const reopens = expect.stringMatching(/^4:/)
const falseReuse = expect.stringMatching(/^2:/)

/** Each rule, and the promise that breaks without it. */
const needed: Record<keyof GraceRules, typeof reopens> = {
  outageStopsTime: falseReuse,
  neverAnew: reopens,
  countsFromNotice: reopens,
  startsFromSeen: falseReuse,
  afterItsLastWord: reopens,
  recordsOutage: falseReuse,
  recordsBeforeSeen: falseReuse,
  leaverStays: falseReuse,
}

it('a grace neither reopens nor runs out during an outage: rolling deploys, full restarts and long outages', () => {
  const explored = checkGrace(graceRules)
  report('a grace', explored)
  expect(explored).toMatchObject({ complete: true, violation: null })
})

describe('without one of its rules, a grace breaks a promise', () => {
  it.each(Object.keys(graceRules).filter((rule): rule is keyof GraceRules => rule in graceRules))(
    '%s',
    rule => {
      const explored = checkGrace(graceWithout(rule))
      report(`a grace without ${rule}`, explored)
      expect(explored.violation).toMatchObject({ promise: needed[rule] })
    },
  )
})
