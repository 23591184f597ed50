import { expect, test } from 'vitest'
import { table } from '../../../src/cli/output.ts'

test('a table lines its columns up, and says what it is when it is empty', () => {
  expect(table([], 'none')).toBe('none')
  expect(
    table(
      [
        { id: 1, name: 'a' },
        { id: 22, name: null },
      ],
      'none',
    ),
  ).toBe('id  name\n1   a\n22  –')
})

test('a table forges no line and moves no cursor, whatever stands in a user agent', () => {
  const agent = 'x\r\nforged\u001b[2J\u009b1;31m\u0007'
  const printed = table([{ agent }], 'none')
  expect(printed).toBe('agent\nx��forged�[2J�1;31m�')
})
