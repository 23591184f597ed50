import * as fc from 'fast-check'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { fromTexts } from '../../../src/http/conventions/validation/query-values.ts'

const read = fromTexts(
  Type.Object({ n: Type.Integer(), x: Type.Number(), b: Type.Boolean(), s: Type.String() }),
)

test('numbers and booleans are read where the schema asks for them', () => {
  const values = { n: '10', x: '-1.5', b: 'false', s: '10', other: '10' }
  expect(read(values)).toEqual({ n: 10, x: -1.5, b: false, s: '10', other: '10' })
})

test('every safe integer has one spelling, and only that is read', () => {
  fc.assert(
    fc.property(fc.integer(), fc.string(), (n, text) => {
      expect(read({ n: String(n) })).toEqual({ n })
      expect(read({ n: `${n} ` })).toEqual({ n: `${n} ` })
      if (!/^-?\d+(\.\d+)?$/.test(text)) expect(read({ n: text, x: text })).toEqual({ n: text, x: text })
    }),
  )
  for (const text of ['', '+1', '01', '1.', '.5', '0x1', '1e3', 'Infinity', 'NaN', '9'.repeat(40)]) {
    expect(read({ n: text })).toEqual({ n: text })
  }
})

test('a value that was given twice is left for the schema to refuse', () => {
  expect(read({ n: ['1', '2'] })).toEqual({ n: ['1', '2'] })
})
