import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { defaultRateLimits } from '../../../src/access/rate-limits.ts'

const names = Object.keys(defaultRateLimits).toSorted()

function textOf(path: string): Promise<string> {
  return readFile(new URL(`../../../${path}`, import.meta.url), 'utf8')
}

test('.env.example names every limit of RATE_LIMITS, and no other', async () => {
  const lines = (await textOf('.env.example')).split('\n')
  const comments = lines.slice(0, lines.indexOf('#RATE_LIMITS='))
  const text = comments.map(line => line.replace(/^# /, '')).join(' ')
  const [, list = ''] = /The names are ([^()]*) \(docs\/operate\/limits\.md/.exec(text) ?? []
  expect(list.split(/, | and /).toSorted()).toEqual(names)
})
