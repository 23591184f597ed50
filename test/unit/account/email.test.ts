import { describe, expect, it } from 'vitest'
import { canonicalEmail } from '../../../src/account/email.ts'

describe('an email address', () => {
  it.each([
    ['ada@example.com', 'ada@example.com'],
    ['Ada.Lovelace+x@Example.COM', 'Ada.Lovelace+x@Example.COM'],
    ['user@bücher.example', 'user@xn--bcher-kva.example'],
    ['user@BÜCHER.example', 'user@xn--bcher-kva.example'],
    ['user@xn--bcher-kva.example', 'user@xn--bcher-kva.example'],
    ['user@例え.jp', 'user@xn--r8jz45g.jp'],
    ['user@例え。jp', 'user@xn--r8jz45g.jp'],
  ])('%s is kept as %s', (text, kept) => {
    expect(canonicalEmail(text)).toBe(kept)
    expect(canonicalEmail(kept)).toBe(kept)
  })

  it.each([
    '',
    'ada',
    '@example.com',
    'ada@',
    '用户@例え.jp',
    'josé@example.com',
    'trail.@docomo.ne.jp',
    '"quoted name"@example.com',
    'ada@bü%63her.example',
    'ada@bücher example',
    'ada@-ü-.example/path',
    `${'a'.repeat(250)}@ü.de`,
    `ada@${'ü'.repeat(300)}.de`,
  ])('%j is refused', text => {
    expect(canonicalEmail(text)).toBeNull()
  })
})
