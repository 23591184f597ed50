import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const folders = [join('src', 'console', 'styles'), join('packages', 'react', 'src', 'styles')]

it('has no rule that a browser drops for the pseudo-element of another browser', () => {
  const selectors = folders
    .flatMap(folder => readdirSync(folder).map(name => join(folder, name)))
    .filter(path => path.endsWith('.css'))
    .flatMap(path => readFileSync(path, 'utf8').match(/[^{}]+(?=\{)/g) ?? [])
  expect(selectors.length).toBeGreaterThan(100)
  expect(selectors.filter(list => list.includes('::-webkit-') && list.includes('::-moz-'))).toEqual([])
})
