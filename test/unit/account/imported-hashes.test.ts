import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readImportedHash } from '../../../src/account/hashing/imported/read.ts'
import type { ImportedHash, Recipe } from '../../../src/account/hashing/imported/recipe.ts'
import { pastCosts, readStored, wrap } from '../../../src/account/hashing/imported/stored.ts'
import { vectors } from './imported-vectors.ts'

/** Plain JavaScript, which has no types outside of itself. */
const thread = new URL('../../../src/account/hashing/hashing-thread.js', import.meta.url).href
const { digest }: { digest(task: { recipe: Recipe; password: string }): Promise<Buffer> } = await import(
  thread
)

function hashIn(value: unknown): ImportedHash {
  const reading = readImportedHash(value)
  if (reading.kind !== 'hash') throw new Error(JSON.stringify(reading))
  return reading.hash
}

function reasonFor(value: unknown): string {
  const reading = readImportedHash(value)
  return reading.kind === 'refused' ? reading.reason : `read as ${reading.kind}`
}

async function matches({ recipe, digest: expected }: ImportedHash, password: string): Promise<boolean> {
  return Buffer.from(await digest({ recipe, password })).equals(expected)
}

function base64(length: number): string {
  return Buffer.alloc(length, 7).toString('base64').replaceAll('=', '')
}

const [salt, key] = [base64(16), base64(32)]

describe('a hash of another system', () => {
  it.each(vectors)('of $from matches its password, and no other', async ({ passwordHash, password }) => {
    const hash = hashIn(passwordHash)
    expect(await matches(hash, password)).toBe(true)
    expect(await matches(hash, `${password}.`)).toBe(false)
  })

  it.each(vectors)('of $from is the same after it was stored', ({ passwordHash }) => {
    const { recipe } = hashIn(passwordHash)
    const phc = `$argon2id$v=19$m=19456,t=2,p=1$${salt}$${key}`
    const text = wrap(recipe, phc)
    expect(readStored(text)).toEqual({ kind: 'wrapped', recipe, phc })
    expect(pastCosts(text) > text).toBe(true)
  })

  it('that Django calls unusable is no password', () => {
    expect(readImportedHash('!rnEmsOot2iefXxE37e06FZpyFmBa2W9mKHHF6sx3')).toEqual({ kind: 'no_password' })
  })

  it.each([
    ['pbkdf2_sha256$2000001$salt$iia/mVoQ92tw6p2g6jDJgXjQRq/Ln1+hRXJOz45GLR8=', /2000000 iterations/],
    [`$pbkdf2-sha512$1000001$${salt}$${base64(64)}`, /1000000 iterations/],
    [`$pbkdf2-sha256$1000001$${salt}$${base64(64)}`, /2000000 iterations, for all blocks/],
    [`$2b$14$${'a'.repeat(53)}`, /cost of bcrypt must be 4 to 13/],
    [`$bcrypt-sha256$v=2,t=2b,r=14$${'a'.repeat(22)}$${'a'.repeat(31)}`, /cost of bcrypt/],
    [`$wp$2y$14$${'a'.repeat(53)}`, /cost of bcrypt/],
    [`$P$H${'a'.repeat(30)}`, /2\^17 rounds/],
    [`$scrypt$ln=18,r=8,p=1$${salt}$${key}`, /128 MiB/],
    [`$scrypt$ln=16,r=1,p=1$${salt}$${key}`, /less than 16 r/],
    [`$scrypt$ln=99,r=99,p=99$${salt}$${key}`, /128 MiB/],
    ['scrypt$1048576$salt$8$1$bGFzQmJ4RV3L5k/cpz90+7T3Vb288HQd', /128 MiB/],
    [`$argon2id$v=19$m=4194304,t=1,p=1$${salt}$${key}`, /128 MiB/],
    [`$argon2id$v=19$m=4096,t=11,p=1$${salt}$${key}`, /10 passes/],
    [
      {
        credentialData: { hashIterations: 9_000_000, algorithm: 'pbkdf2' },
        secretData: { salt: 'AAAA', value: key },
      },
      /2000000 iterations/,
    ],
    [`$fbscrypt$v=1,n=20,r=8,p=1,ss=Bw==,sk=${base64(64)}$${salt}$${base64(64)}`, /128 MiB/],
  ])('is refused when it is more work than a sign-in has time for, with the limit: %j', (hash, reason) => {
    expect(reasonFor(hash)).toMatch(reason)
  })

  it.each([
    ['{SSHA}DkMTwBl+a/3DQTxCYEApdUtNXGgdUac3', /LDAP/],
    ['5f4dcc3b5aa765d61d8327deb882cf99', /MD5/],
    ['$1$28772684$iEwNOgGugqO9.bIz5sk8k/', /md5_crypt/],
    ['$6$52450745$k5ka2p8bFuSmoVT1tzOyyuaREkkKBcCNqoDKzYiJL9', /sha512_crypt/],
    ['$y$j9T$AAt9R641xPvCI9nXw1HHW/$cuQRBMN3N/f8IcmVN.4YrZ1bHMOiLOoz9/XQMKV/v0A', /yescrypt/],
    [`$2x$10$${'a'.repeat(53)}`, /bug of 2011/],
    ['sha1$salt$0123456789abcdef0123456789abcdef01234567', /MD5 and SHA-1/],
    [`619e4cb0221cc3152c3c3148731c5181:${'ab'.repeat(64)}`, /better-auth\$ or node-scrypt\$/],
    [`$scrypt$n=14,r=8,p=1$${salt}$${key}`, /write ln=/],
    [`$argon2id$v=18$m=4096,t=1,p=1$${salt}$${key}`, /version 19 or 16/],
    [`$argon2id$v=19$m=4096,t=1,p=1$${'A'.repeat(13)}$${key}`, /not base64/],
    [`$argon2id$v=19$m=4096,t=1,p=1$AAAAAAAAAAB$${key}`, /not base64/],
    [`$argon2id$v=19$m=04096,t=1,p=1$${salt}$${key}`, /no format/],
    ['$fbscrypt$v=2,n=14', /fbscrypt/],
    [{ credentialData: '{"algorithm":"md5"}', secretData: '{}' }, /incomplete/],
    ['in plain text', /no format/],
    [7, /text or an object/],
    ['x'.repeat(2_000), /longer than any hash/],
  ])('that cannot be imported is refused with the reason: %j', (hash, reason) => {
    expect(reasonFor(hash)).toMatch(reason)
  })

  it('is read without failing, whatever it is, and what is accepted can be checked', {
    timeout: 120_000,
  }, async () => {
    const text = (minLength: number, maxLength: number) =>
      fc
        .array(fc.constantFrom(...'AQgwBRhxabcdefghijk0129+/.'), { minLength, maxLength })
        .map(found => found.join(''))
    const number = (max: number) =>
      fc.tuple(fc.constantFrom('', '0'), fc.integer({ min: 0, max })).map(([zero, value]) => zero + value)
    const hashes = fc.oneof(
      fc
        .tuple(number(12), number(9), number(40), text(8, 30), text(22, 50))
        .map(([ln, r, p, ...rest]) => `$scrypt$ln=${ln},r=${r},p=${p}$${rest.join('$')}`),
      fc
        .tuple(fc.constantFrom('id', 'i', 'd'), number(200), number(3), number(9), text(11, 86), text(16, 86))
        .map(([kind, m, t, p, ...rest]) => `$argon2${kind}$v=19$m=${m},t=${t},p=${p}$${rest.join('$')}`),
      text(53, 53).map(rest => `$2b$04$${rest}`),
      text(30, 31).map(rest => `$P$${rest}`),
      fc.tuple(number(9), text(4, 9), text(20, 90)).map(parts => `pbkdf2_sha256$${parts.join('$')}`),
      fc.tuple(number(9), text(4, 9), text(20, 90)).map(parts => `$pbkdf2-sha256$${parts.join('$')}`),
      fc.uint8Array({ minLength: 40, maxLength: 99 }).map(bytes => Buffer.from(bytes).toString('base64')),
      fc.string(),
      fc.jsonValue(),
    )
    await fc.assert(
      fc.asyncProperty(hashes, async passwordHash => {
        const reading = readImportedHash(passwordHash)
        if (reading.kind === 'hash') expect(await matches(reading.hash, 'anything')).toBe(false)
      }),
      { numRuns: 300 },
    )
  })

  it('from before is read as it was stored', () => {
    for (const stored of [
      '$2b$04$hq9VAJBVRobheg7g06h8Je7umJPAOHYXR6qhjEkjrU3xToIanOsS2',
      `$scrypt$ln=10,r=8,p=1$${salt}$${key}`,
      `$argon2i$v=19$m=64,t=1,p=1$${salt}$${key}`,
    ]) {
      expect(readStored(stored).kind).toBe('bare')
      expect(pastCosts(stored) > stored).toBe(true)
    }
    for (const text of ['', '$wrapped$', '$wrapped$bcrypt,4096$e30$argon2id$v=19', 'plain']) {
      expect(readStored(text)).toEqual({ kind: 'unreadable' })
    }
  })
})
