import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { createText } from '../src/text/format.ts'

const english = {
  hello: 'Hello, {name}',
  devices: { one: '{count} device', other: '{count} devices' },
  plain: 'Sign in',
} as const

describe('a text', () => {
  it('has its placeholders filled in, numbers as the language writes them', () => {
    expect(createText(english, { locale: 'en', messages: {} }).text('hello', { name: 'Ada' })).toBe(
      'Hello, Ada',
    )
    const german = createText(english, { locale: 'de', messages: { devices: { other: '{count} Geräte' } } })
    expect(german.text('devices', { count: 12_345 })).toBe('12.345 Geräte')
  })

  it('uses the plural category of its own language', () => {
    const polish = createText(english, {
      locale: 'pl',
      messages: {
        devices: { one: '{count} urządzenie', few: '{count} urządzenia', other: '{count} urządzeń' },
      },
    })
    expect([1, 3, 5].map(count => polish.text('devices', { count }))).toEqual([
      '1 urządzenie',
      '3 urządzenia',
      '5 urządzeń',
    ])
  })

  it('is in English, with its plural, where the language lacks it', () => {
    const japanese = createText(english, { locale: 'ja', messages: {} })
    expect(japanese.text('plain')).toBe('Sign in')
    expect(japanese.text('devices', { count: 1 })).toBe('1 device')
  })

  it('takes an element for a placeholder, in the order of the language', () => {
    const french = createText(english, { locale: 'fr', messages: { hello: '{name}, bonjour' } })
    const rich = french.rich('hello', { name: createElement('b', {}, 'Ada') })
    expect(renderToString(rich)).toBe('<b>Ada</b>, bonjour')
  })

  it('shows markup in a value as text', () => {
    const { text, rich } = createText(english, { locale: 'en', messages: {} })
    const name = '<script>{count}</script>'
    expect(text('hello', { name })).toBe(`Hello, ${name}`)
    expect(renderToString(rich('hello', { name }))).not.toContain('<script>')
  })
})
