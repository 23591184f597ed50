import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commonPasswords } from '../../../src/account/password/common-passwords.ts'
import { longestPassword, weaknessOf } from '../../../src/account/password/rules.ts'

const common = await commonPasswords()
const email = 'Ada.Lovelace@example.test'
const weakness = (password: string, shortest = 12) => weaknessOf(password, email, { shortest, common })

/** So many characters that are no repetition: one, and at the end two others. */
const unlike = (character: string, length: number) => `${character.repeat(length - 2)}xÿ`

describe('a new password', () => {
  it('needs as many characters as are set, counted as a person counts', () => {
    for (const shortest of [8, 12, 64]) {
      for (const character of ['ж', '🦊', ' ', 'é']) {
        expect(weakness(unlike(character, shortest), shortest)).toBeNull()
        expect(weakness(unlike(character, shortest - 1), shortest)).toMatch(
          new RegExp(`too short: .* ${shortest} characters`),
        )
      }
    }
  })

  it('may have 128 characters and many more, and is refused, not cut, when it is longer than all', () => {
    expect(weakness(unlike('🦊', 128))).toBeNull()
    expect(weakness(unlike('🦊', longestPassword))).toBeNull()
    expect(weakness(unlike('🦊', longestPassword + 1))).toMatch(/too long/)
  })

  it.each([
    'correct horse battery',
    'alllowercaseletters and spaces',
    '     .   .    ',
    '804217396514',
    'пароль из нескольких слов',
    'pass\u0000word\u0007 with what no key types',
    'e\u0301a\u0301o\u0301u\u0301i\u0301y\u0301',
  ])('%j will do: no kind of character is asked for, and none is refused', password => {
    expect(weakness(password)).toBeNull()
  })

  it.each([
    'password1234',
    'PassWord1234',
    'ｐａｓｓｗｏｒｄ１２３４',
    'Sunshine2026!',
    '!!!sunshine!!!',
    '19840312monkey',
    'qwertyuiop123',
    '1q2w3e4r5t6y',
    '123456789012',
    'administrator',
  ])('%j is refused as a common one', password => {
    expect(weakness(password)).toMatch(/common/)
  })

  it('is not common merely because a common word is in it', () => {
    for (const password of ['sunshine on 4 hills', 'sunshine8402751936', 'mysunshinerobot']) {
      expect(weakness(password)).toBeNull()
    }
  })

  it.each([
    '111111111111',
    '              ',
    '🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊',
    'xk3xk3xk3xk3',
    'jf93kdjf93kdjf9',
    'Jf93kdJF93KD',
    '!!zagozagozago2026',
    'Password Password ',
  ])('%j is refused as a short text again and again', password => {
    expect(weakness(password)).toMatch(/again and again/)
  })

  it.each(['qwertyqwerty', 'iloveyouiloveyou!', 'administratoradministrator'])(
    '%j is refused as a common one that is repeated',
    password => {
      expect(weakness(password)).toMatch(/a common one repeated/)
    },
  )

  it.each([
    'qwertyasdfgzxcv',
    'Qwertzuiopasdfghjkl',
    'lkjhgfdsapoiuytrewq',
    'abcdefabcdefg',
    'mnbvcxz987654321',
    '3456789012345',
    '111222333444',
    'edcrfvtgbyhn2026',
    'aaaabbbbccccdefg',
  ])('%j is refused as one that follows the keyboard, the digits or the alphabet', password => {
    expect(weakness(password)).toMatch(/follows the keyboard/)
  })

  it('may repeat what is long enough by itself, and may have runs in it', () => {
    for (const password of [
      'correct horse correct horse ',
      'qwerty is no wall',
      '123 tea cups 987',
      'abc and qwertz',
    ]) {
      expect(weakness(password)).toBeNull()
    }
  })

  it('may not be the email address, or its first part, with or without what was added to it', () => {
    for (const password of [email, email.toLowerCase(), 'ada.lovelace', 'Ada.Lovelace1815!']) {
      expect(weakness(password)).toMatch(/email/)
    }
    expect(weakness('ada.lovelace met charles')).toBeNull()
    // Nothing is left of either of them without its digits, and that makes them no more alike.
    expect(weaknessOf('804217396514', '1815@example.test', { shortest: 12, common })).toBeNull()
  })

  it('is judged in time that grows with its length, whatever its characters are normalized to', () => {
    // Normalized, this character is four; these 1,024 took 178 ms when a pattern was tried from each of them.
    const worst = `a${'\u2a0c'.repeat(longestPassword - 2)}a`
    const ordinary = unlike('ж', longestPassword)
    const timeOf = (password: string) => {
      const startedAt = performance.now()
      for (let round = 0; round < 20; round++) weakness(password)
      return performance.now() - startedAt
    }
    const ratios = Array.from({ length: 5 }, () => timeOf(worst) / timeOf(ordinary))
    expect(Math.min(...ratios)).toBeLessThan(20)
  })

  it('is judged without failing, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.emailAddress(), (password, address) => {
        const told = weaknessOf(password, address, { shortest: 12, common })
        if ([...password].length < 12) expect(told).toMatch(/too short/)
        else expect(told ?? '').not.toMatch(/too short|too long/)
      }),
    )
  })
})

describe('the list of common passwords', () => {
  it('has far more than the 3,000 that are asked for, in the form that passwords are compared in', () => {
    expect(common.size).toBeGreaterThan(40_000)
    const unreachable = [...common].filter(entry => entry !== entry.normalize('NFKC').toLowerCase())
    expect(unreachable).toEqual([])
  })
})
