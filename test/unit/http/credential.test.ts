import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bearerTokenIn } from '../../../src/http/access/credential.ts'

describe('the bearer token in a header', () => {
  test.each([
    ['Bearer a', 'a'],
    ['bEARER  a.b-c_d', 'a.b-c_d'],
    ['Bearer \u0085a\u00ff', '\u0085a\u00ff'],
    ['Bearer', null],
    ['Bearer ', null],
    ['Bearera', null],
    ['Bearer\ta', null],
    ['Bearer \ta', null],
    ['Bearer \u00a0a', null],
    ['Bearer a b', null],
    ['Bearer a\tb', null],
    ['Bearer a\u00a0b', null],
    ['Basic a', null],
  ])('of %j is %j', (authorization, token) => {
    expect(bearerTokenIn(authorization)).toBe(token)
  })

  test('is what follows the scheme and is free of white space, whatever else Node lets into a header', () => {
    const letters = fc.constantFrom('Bearer', 'bearer', ' ', '\t', '\u00a0', '\u0085', '\u00ff', 'a', '=')
    fc.assert(
      fc.property(fc.constantFrom('', 'Bearer ', 'bEARER  '), fc.array(letters), (opening, parts) => {
        const text = opening + parts.join('')
        expect(bearerTokenIn(text)).toBe(/^Bearer +(\S+)$/i.exec(text)?.[1] ?? null)
      }),
      { numRuns: 2_000 },
    )
  })
})
