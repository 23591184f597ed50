import { randomBytes } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { contrast, readColor } from '../../../src/config/branding/color.ts'
import { ConfigError, readConfig } from '../../../src/config/config.ts'

const minimal = {
  DATABASE_URL: 'postgres://user:pass@localhost:5432/latchkey',
  LATCHKEY_SECRET: randomBytes(32).toString('base64'),
}
const folder = mkdtempSync(join(tmpdir(), 'latchkey-logo-'))

function branding(changes: Record<string, string>) {
  return readConfig({ ...minimal, ...changes }).branding
}

function refusal(changes: Record<string, string>): string {
  try {
    branding(changes)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return 'accepted'
}

function contrastOf(first: string, second: string): number {
  const [one, other] = [readColor(first), readColor(second)]
  if (one === null || other === null) throw new Error('no color')
  return contrast(one, other)
}

describe('the branding of the console', () => {
  it('is that of Latchkey unless it is set', () => {
    expect(branding({})).toEqual({
      name: 'Latchkey',
      logo: null,
      accent: null,
      supportUrl: null,
      privacyUrl: null,
    })
  })

  it.each([
    [{ CONSOLE_NAME: ' ' }, /^CONSOLE_NAME must be a name of 1 to 40 characters on one line$/],
    [{ CONSOLE_NAME: 'x'.repeat(41) }, /^CONSOLE_NAME must be a name/],
    [{ CONSOLE_NAME: 'two\nlines' }, /^CONSOLE_NAME must be a name/],
    [{ CONSOLE_LOGO: 'http://example.com/logo.png' }, /^CONSOLE_LOGO must be a URL that begins with https:/],
    [{ CONSOLE_LOGO: 'logo.png' }, /^CONSOLE_LOGO must be a URL that begins with https:.*@path/],
    [{ CONSOLE_LOGO: '@logo.exe' }, /^CONSOLE_LOGO must be a file that ends with \.svg/],
    [{ CONSOLE_LOGO: `@${join(folder, 'nothing.png')}` }, /^CONSOLE_LOGO ENOENT/],
    [{ CONSOLE_ACCENT: 'red' }, /^CONSOLE_ACCENT must be a color like #2a52c2$/],
    [{ CONSOLE_ACCENT: '#abc' }, /^CONSOLE_ACCENT must be a color like/],
    [{ CONSOLE_SUPPORT_URL: 'help@example.com' }, /^CONSOLE_SUPPORT_URL must be a URL that begins with/],
    [{ CONSOLE_PRIVACY_URL: 'javascript:alert(1)' }, /^CONSOLE_PRIVACY_URL must be a URL that begins with/],
  ])('%j is refused', (changes, expected) => {
    expect(refusal(changes)).toMatch(expected)
  })

  it('has a logo of at most 256 KiB', () => {
    const path = join(folder, 'large.png')
    writeFileSync(path, Buffer.alloc(256 * 1024 + 1))
    expect(refusal({ CONSOLE_LOGO: `@${path}` })).toMatch(/^CONSOLE_LOGO must be a file of at most 256 KiB/)
    const small = join(folder, 'small.svg')
    writeFileSync(small, '<svg/>')
    expect(branding({ CONSOLE_LOGO: `@${small}` }).logo).toMatchObject({
      kind: 'file',
      mediaType: 'image/svg+xml',
    })
  })

  it('refuses an accent on which white text cannot be read, with one that would do', () => {
    const message = refusal({ CONSOLE_ACCENT: '#ffcc00' })
    expect(message).toMatch(/its contrast is 1\.5, and at least 4\.5 is needed/)
    const [proposed = ''] = /#[0-9a-f]{6}/.exec(message) ?? []
    expect(contrastOf(proposed, '#ffffff')).toBeGreaterThanOrEqual(4.5)
    expect(refusal({ CONSOLE_ACCENT: proposed })).toBe('accepted')
  })

  it.each(['#2a52c2', '#0b6e4f', '#b3261e', '#000000', '#6b21a8', '#767676'])(
    'derives from %s links that can be read in both themes',
    color => {
      const { accent } = branding({ CONSOLE_ACCENT: color })
      if (accent === null) throw new Error('no accent')
      for (const background of ['#ffffff', '#f6f7f9', accent.faint.light]) {
        expect(contrastOf(accent.text.light, background)).toBeGreaterThanOrEqual(4.5)
      }
      for (const background of ['#161a21', '#0e1116', accent.faint.dark]) {
        expect(contrastOf(accent.text.dark, background)).toBeGreaterThanOrEqual(4.5)
      }
    },
  )
})
