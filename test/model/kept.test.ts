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
})
