import { describe, expect, it } from 'vitest'
import { isVisibleText } from '../../../src/session/device/visible-text.ts'

describe('a text that can be seen', () => {
  it.each([
    'Office laptop',
    'Büro-Rechner',
    '会社のパソコン',
    'الحاسوب',
    'نامه\u200cها',
    '👨‍💻 at home',
    '❤️',
    '🏴',
    '🦊',
    'a',
    '#1',
  ])('%j is one', text => {
    expect(isVisibleText(text)).toBe(true)
  })

  it.each([
    ['nothing', ''],
    ['spaces', '   '],
    ['a no-break space', '\u00a0'],
    ['a zero-width space', '\u200b'],
    ['one within', 'lap\u200btop'],
    ['a joiner alone', '\u200d'],
    ['a joiner at an end', 'laptop\u200d'],
    ['a right-to-left override', 'lap\u202etop'],
    ['an isolate', '\u2066laptop\u2069'],
    ['a byte order mark', '\ufefflaptop'],
    ['a soft hyphen', 'lap\u00adtop'],
    ['a Hangul filler', '\u3164'],
    ['a blank Braille cell', '\u2800'],
    ['a line break', 'a\nb'],
    ['a line separator', 'a\u2028b'],
    ['an escape', '\u001b[31m'],
    ['a tag character', 'a\u{e0041}'],
    ['a variation selector alone', '\ufe0f'],
  ])('%s is none', (_, text) => {
    expect(isVisibleText(text)).toBe(false)
  })
})
