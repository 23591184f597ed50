import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { de } from '../src/messages/de.ts'
import { en } from '../src/messages/en.ts'
import { es } from '../src/messages/es.ts'
import { fr } from '../src/messages/fr.ts'
import { ja } from '../src/messages/ja.ts'
import type { Message } from '../src/text/format.ts'
import { placeholderFaults, pluralFaults, unusedKeys } from './catalog-faults.ts'

const english: Readonly<Record<string, Message>> = en.messages

describe('the English texts', () => {
  it('are all used', () => {
    const sources = readdirSync('packages/react/src', { recursive: true, encoding: 'utf8' })
      .filter(name => /\.tsx?$/.test(name) && !name.startsWith('messages'))
      .map(name => readFileSync(join('packages/react/src', name), 'utf8'))
    expect(unusedKeys(Object.keys(english), sources)).toEqual([])
  })
})

describe.each([de, fr, es, ja])('the texts in $locale', ({ locale, messages }) => {
  it('are complete, and no more than the English ones', () => {
    expect(Object.keys(messages)).toEqual(Object.keys(english))
  })

  it('have the placeholders of the English ones', () => {
    expect(placeholderFaults(english, messages)).toEqual([])
  })

  it('have the plural forms that the language needs', () => {
    expect(pluralFaults(locale, english, messages)).toEqual([])
  })

  it('say in the file that no native speaker has reviewed them', () => {
    const file = readFileSync(`packages/react/src/messages/${locale}.ts`, 'utf8')
    expect(file).toContain('Machine-made; no native speaker has reviewed it yet.')
  })
})

it('would find a text that is not used, a placeholder that differs and a missing plural form', () => {
  expect(unusedKeys(['a.b', 'a.c', 'd.e'], [`text('a.b') text(\`d.\${name}\`)`])).toEqual(['a.c'])
  expect(placeholderFaults({ a: '{x} of {y}' }, { a: '{x} von {z}' })).toEqual(['a: x y, x z'])
  expect(pluralFaults('de', { a: { one: '1', other: '2' } }, { a: { other: '2' } })).toEqual(['a lacks one'])
})
