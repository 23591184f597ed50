import * as fc from 'fast-check'
import { parse as parseStrictly } from 'lossless-json'
import { describe, expect, test } from 'vitest'
import { Problem } from '../../../src/errors.ts'
import { parseJson } from '../../../src/http/conventions/body/json.ts'

function faultsOf(text: string) {
  try {
    parseJson(text)
    return undefined
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return error.extras.errors
  }
}

describe('parseJson', () => {
  test('reads what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8, stringUnit: 'grapheme' }), value => {
        const text = JSON.stringify(value, null, 1)
        fc.pre(!/\\u0000|__proto__|prototype/.test(text))
        expect(parseJson(text)).toEqual(JSON.parse(text))
      }),
    )
  })

  test('finds a repeated name wherever an independent parser finds one', () => {
    const name = fc.constantFrom('a', 'b', '\\u0061', 'c:', '{', '\\"')
    const { json } = fc.letrec<{ json: string }>(tie => ({
      json: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('1', '["a:{",1]', '["\\\\",1]'),
        fc
          .array(fc.tuple(name, tie('json')), { minLength: 1, maxLength: 3 })
          .map(members => `{${members.map(([key, value]) => `"${key}" : ${value}`).join(',')}}`),
        fc.array(tie('json'), { minLength: 1, maxLength: 3 }).map(items => `[${items.join(' , ')}]`),
      ),
    }))
    fc.assert(
      fc.property(json, text => {
        expect(faultsOf(text) !== undefined, text).toBe(repeatsName(text))
      }),
      { numRuns: 1000 },
    )
  })

  test('refuses nesting past 16 levels, and brackets in texts do not count', () => {
    expect(faultsOf(`${'['.repeat(16)}${']'.repeat(16)}`)).toBeUndefined()
    expect(faultsOf(`${'['.repeat(17)}${']'.repeat(17)}`)).toHaveLength(1)
    expect(faultsOf(JSON.stringify('['.repeat(100)))).toBeUndefined()
    expect(faultsOf(`["\\"${'['.repeat(100)}"]`)).toBeUndefined()
  })

  test('points to every text that no store takes', () => {
    expect(faultsOf('{"a":["x","\\u0000"],"b":{"\\ud800":1}}')).toEqual([
      { path: '/a/1', message: 'must not contain a NUL character' },
      { path: '/b/\ud800', message: 'its name must be well-formed Unicode, without lone surrogates' },
    ])
  })

  test('never repeats a value', () => {
    for (const text of ['"hunter2\\u0000"', '{"a":"hunter2"', 'hunter2', '{"a":"hunter2","a":"hunter2"}']) {
      expect(JSON.stringify(faultsOf(text))).not.toContain('hunter2')
    }
  })

  test('lists at most 20 faults', () => {
    expect(faultsOf(JSON.stringify(Array(100).fill('\0')))).toHaveLength(20)
  })
})

/**
 * lossless-json reports a repeated name unless the two values are equal; read as numbered objects, no two numbers
 * are, and every value of the test above holds one.
 */
function repeatsName(text: string): boolean {
  let count = 0
  try {
    parseStrictly(text, undefined, { parseNumber: () => ({ number: ++count }) })
    return false
  } catch {
    return true
  }
}
