import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { placeholderFaults, pluralFaults, unusedKeys } from '../../../packages/react/test/catalog-faults.ts'
import { de } from '../../../src/console/messages/de.ts'
import { en } from '../../../src/console/messages/en.ts'
import { es } from '../../../src/console/messages/es.ts'
import { fr } from '../../../src/console/messages/fr.ts'
import { ja } from '../../../src/console/messages/ja.ts'
import { languageOf, localeOf } from '../../../src/console/text/languages.ts'

const ofComponents =
  /^(action|activity|device|devices|event|failure|field|loading|password|sign-in|sign-up|signed-out|time)\./

it('uses every English text of the console', () => {
  const sources = readdirSync('src/console', { recursive: true, encoding: 'utf8' })
    .filter(name => /\.tsx?$/.test(name) && !name.startsWith('messages'))
    .map(name => readFileSync(join('src/console', name), 'utf8'))
  const own = Object.keys(en).filter(key => !ofComponents.test(key))
  expect(own.length).toBeGreaterThan(150)
  expect(unusedKeys(own, sources)).toEqual([])
})

describe.each([
  ['de', de],
  ['fr', fr],
  ['es', es],
  ['ja', ja],
] as const)('the console in %s', (locale, messages) => {
  it('has every text, with its placeholders and its plural forms', () => {
    expect(Object.keys(messages)).toEqual(Object.keys(en))
    expect(placeholderFaults(en, messages)).toEqual([])
    expect(pluralFaults(locale, en, messages)).toEqual([])
  })

  it('says in the file that no native speaker has reviewed it', () => {
    for (const folder of ['messages', 'messages/operator']) {
      const file = readFileSync(`src/console/${folder}/${locale}.ts`, 'utf8')
      expect(file).toContain('Machine-made; no native speaker has reviewed it yet.')
    }
  })
})

describe('the language of the console', () => {
  it.each([
    [null, ['de-AT', 'en'], 'de'],
    [null, ['nl', 'fr-CA', 'en'], 'fr'],
    [null, ['nl'], 'en'],
    [null, [], 'en'],
    ['ja', ['de'], 'ja'],
    ['toString', ['es-MX'], 'es'],
  ])('is, with the choice %s and the browser’s %j, %s', (chosen, preferred, expected) => {
    expect(languageOf(chosen, preferred)).toBe(expected)
  })

  it('writes dates as the region does that the browser prefers', () => {
    expect(localeOf('en', ['de-DE', 'en-GB', 'en'])).toBe('en-GB')
    expect(localeOf('fr', ['de-DE'])).toBe('fr')
  })
})
