import { describe, expect, it } from 'vitest'
import { type Fault, faults, noFault } from './faults.ts'
import { report } from './report.ts'
import { check } from './revocation.ts'
import { rules } from './rules.ts'

const tokens = { rotates: false }
const rotatingTokens = { rotates: true }

describe('with all its rules, the protocol says no false yes and no false no', () => {
  it.each([
    ['nothing fails', noFault, tokens],
    ['nothing fails and the tokens rotate', noFault, rotatingTokens],
    ...Object.entries(faults).map(([name, fault]): [string, Fault, { rotates: boolean }] => [
      name,
      fault,
      tokens,
    ]),
  ])('when %s', (name, fault, options) => {
    const explored = check(fault, rules, options)
    report(name, explored)
    expect(explored).toMatchObject({ complete: true, violation: null })
  })

  // A password or role change takes the same way; here it is tried where the mark decides.
  it.each([
    'the other instance is cut off, or freezes',
    'an instance is cut off together with the old Redis',
    'Postgres hangs, or is away',
  ] as const)('after a password or role change, when %s', name => {
    const explored = check(faults[name], rules, { rotates: false, isChange: true })
    report(`after a change, when ${name}`, explored)
    expect(explored).toMatchObject({ complete: true, violation: null })
  })
})
