import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashFault } from '../../../src/account/hashing/password-hashes.ts'

/** Plain JavaScript, which has no types outside of itself. */
const thread = new URL('../../../src/account/hashing/hashing-thread.js', import.meta.url).href
const { verify }: { verify(task: { passwordHash: string; password: string }): boolean } = await import(thread)

function base64(length: number): string {
  return randomBytes(length).toString('base64').replaceAll('=', '')
}

const [salt, digest] = [base64(16), base64(32)]

/** Digits of base64, of which not every text is one. */
const digits = fc.constantFrom(...'AQgwBRhxabcdefghijk0129+/')
const text = (minLength: number, maxLength: number) =>
  fc.array(digits, { minLength, maxLength }).map(found => found.join(''))
const number = (max: number) =>
  fc.tuple(fc.constantFrom('', '0'), fc.integer({ min: 0, max })).map(([zero, value]) => zero + value)

const scrypt = fc
  .tuple(number(12), number(9), number(40), text(8, 30), text(22, 50))
  .map(([ln, r, p, salt, digest]) => `$scrypt$ln=${ln},r=${r},p=${p}$${salt}$${digest}`)
const argon2 = fc
  .tuple(fc.constantFrom('id', 'i', 'd'), number(200), number(3), number(9), text(11, 86), text(16, 86))
  .map(([kind, m, t, p, salt, digest]) => `$argon2${kind}$v=19$m=${m},t=${t},p=${p}$${salt}$${digest}`)
const bcrypt = text(53, 53).map(rest => `$2b$04$${rest}`)

describe('a hash of another system', () => {
  it('that is taken over can be checked', () => {
    fc.assert(
      fc.property(
        fc.oneof({ weight: 9, arbitrary: scrypt }, { weight: 9, arbitrary: argon2 }, bcrypt),
        passwordHash => {
          fc.pre(hashFault(passwordHash) === null)
          expect(verify({ passwordHash, password: 'anything' })).toBe(false)
        },
      ),
      { numRuns: 100, maxSkipsPerRun: 100 },
    )
  })

  it.each([
    ['a salt that is one digit too long', `$argon2id$v=19$m=4096,t=1,p=1$${'A'.repeat(13)}$${digest}`],
    ['a salt with bits left over', `$argon2id$v=19$m=4096,t=1,p=1$AAAAAAAAAAB$${digest}`],
    ['a hash that is one digit too long', `$scrypt$ln=14,r=8,p=1$${salt}$${'A'.repeat(25)}`],
    ['a parameter with a leading zero', `$argon2id$v=19$m=04096,t=1,p=1$${salt}$${digest}`],
    ['an N that scrypt does not have with this r', `$scrypt$ln=16,r=1,p=1$${salt}$${digest}`],
    ['2^30 rounds of scrypt', `$scrypt$ln=30,r=8,p=1$${salt}$${digest}`],
    ['the highest parameters that can be written', `$scrypt$ln=99,r=99,p=99$${salt}$${digest}`],
    ['four gigabytes of argon2', `$argon2id$v=19$m=4194304,t=1,p=1$${salt}$${digest}`],
    ['bcrypt of cost 31', `$2b$31$${'a'.repeat(53)}`],
  ])('is not taken over with %s', (_, passwordHash) => {
    expect(hashFault(passwordHash)).not.toBeNull()
  })

  it.each([
    ['scrypt with more lanes than N', `$scrypt$ln=1,r=1,p=16$${salt}$${digest}`],
    ['the most memory of scrypt', `$scrypt$ln=17,r=8,p=1$${salt}$${digest}`],
    ['argon2 with a long salt and hash', `$argon2d$v=19$m=64,t=3,p=4$${base64(48)}$${base64(64)}`],
  ])('is taken over: %s', (_, passwordHash) => {
    expect(hashFault(passwordHash)).toBeNull()
    expect(verify({ passwordHash, password: 'anything' })).toBe(false)
  })
})
