import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { entriesOf } from '../../../scripts/reference/env-example.ts'
import { settings } from '../../../src/config/config.ts'

const example = await readFile(new URL('../../../.env.example', import.meta.url), 'utf8')
const compose = await readFile(new URL('../../../docker-compose.yml', import.meta.url), 'utf8')

const entries = entriesOf(example)
/** What docker-compose.yml cannot do without, beside the settings themselves. */
const ofCompose = [...compose.matchAll(/\$\{([A-Z_]+):\?/g)]
  .map(([, name = '']) => name)
  .filter(name => !Object.hasOwn(settings, name))

test('.env.example has every setting, and no other but the passwords of docker-compose.yml', () => {
  const names = entries.map(({ name }) => name)
  expect(ofCompose).toEqual(['POSTGRES_PASSWORD', 'REDIS_PASSWORD', 'POSTGRES_APP_PASSWORD'])
  expect(names.toSorted()).toEqual([...Object.keys(settings), ...ofCompose].toSorted())
})

test('.env.example says of every setting what it does', () => {
  for (const { name, comment } of entries) expect(comment.length, name).toBeGreaterThan(20)
})

test.each(Object.entries(settings))('.env.example shows the default of %s', (name, setting) => {
  const entry = entries.find(candidate => candidate.name === name)
  expect(entry?.value).toBe(String(setting.default ?? ''))
  expect(entry?.shown, 'only what must be set is not commented out').toBe(!('default' in setting))
})

test('every line of .env.example that looks like a setting was read as one', () => {
  const assignments = example.match(/^#?[A-Z][A-Z0-9_]*=/gm) ?? []
  expect(assignments.length).toBe(entries.length)
})
