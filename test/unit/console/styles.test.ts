import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const folder = join('src', 'console', 'styles')

it('has no rule that a browser drops for the pseudo-element of another browser', () => {
  const selectors = readdirSync(folder)
    .filter(name => name.endsWith('.css'))
    .flatMap(name => readFileSync(join(folder, name), 'utf8').match(/[^{}]+(?=\{)/g) ?? [])
  expect(selectors.length).toBeGreaterThan(100)
  expect(selectors.filter(list => list.includes('::-webkit-') && list.includes('::-moz-'))).toEqual([])
})
