import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { problems } from '../../../src/errors.ts'

const page = await readFile(new URL('../../../docs/reference/errors.md', import.meta.url), 'utf8')

/** The rows of the table: `| 400 | `code` | when | what to do |`. */
const rows = page
  .split('\n')
  .map(line => line.split('|').map(cell => cell.trim()))
  .filter(([, status]) => /^\d{3}$/.test(status ?? ''))
  .map(([, status, code, when, remedy]) => ({
    status: Number(status),
    code: code?.slice(1, -1),
    when,
    remedy,
  }))

test('docs/reference/errors.md lists every code with its status, and no other', () => {
  const documented = rows.map(({ status, code }) => `${status} ${code}`).sort()
  const existing = Object.entries(problems)
    .map(([code, { status }]) => `${status} ${code}`)
    .sort()
  expect(documented).toEqual(existing)
})

test('docs/reference/errors.md says of every code when it happens and what to do', () => {
  for (const { code, when, remedy } of rows) {
    expect(when?.length, code).toBeGreaterThan(10)
    expect(remedy?.length, code).toBeGreaterThan(10)
  }
})

test('docs/reference/errors.md goes by status', () => {
  const statuses = rows.map(({ status }) => status)
  expect(statuses).toEqual(statuses.toSorted((a, b) => a - b))
})
