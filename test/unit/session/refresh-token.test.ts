import { hkdfSync, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createClock } from '../../../src/clock.ts'
import {
  mintRefreshToken,
  newFamily,
  parseRefreshToken,
  sealSuccessor,
  unsealSuccessor,
} from '../../../src/session/token/refresh-token.ts'
import { createSecretRing } from '../../../src/session/token/secret-ring.ts'
import { deriveKeys, hkdf32, sha256 } from '../../../src/session/token/secrets.ts'
import { mint, parsed, secretRing, sessionId } from '../../support/domain.ts'

const ring = secretRing()
const pair = {
  accessToken: 'header.payload.signature',
  refreshToken: 'lkr_next',
  accessExpiresAt: 1_800_000_000_000,
  refreshExpiresAt: 1_900_000_000_000,
}

describe('a refresh token', () => {
  it('says which session, generation and family it belongs to', () => {
    fc.assert(
      fc.property(fc.uuid({ version: 7 }), fc.integer({ min: 0, max: 0xffffffff }), (id, generation) => {
        const family = newFamily()
        const { text, hash } = mintRefreshToken(ring.minting(), id, generation, family)
        const token = parsed(ring, text)
        expect(token).toMatchObject({ sessionId: id, generation, family, hash })
        expect(hash).toEqual(sha256(text))
      }),
    )
  })

  it('is invalid with any one of its characters altered, added or left out', () => {
    const { text } = mint(ring, 7)
    for (let at = 0; at < text.length; at++) {
      const other = text[at] === 'A' ? 'B' : 'A'
      for (const altered of [
        text.slice(0, at) + other + text.slice(at + 1),
        text.slice(0, at) + text.slice(at + 1),
        `${text.slice(0, at)}A${text.slice(at)}`,
      ]) {
        expect(parseRefreshToken(ring, altered).kind, `at ${at}`).toBe('invalid')
      }
    }
  })

  it('has one spelling: padding, white space, stray bits and the other base64 alphabet are refused', () => {
    const { text } = mint(ring, 7)
    const last = text.at(-1) ?? ''
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const stray = text.slice(0, -1) + alphabet[alphabet.indexOf(last) + 1]
    const standard = text.slice(0, 4) + text.slice(4).replaceAll('-', '+').replaceAll('_', '/')
    const spellings = [`${text}=`, `${text}==`, ` ${text}`, `${text}\n`, text.toUpperCase(), stray]
    for (const spelling of standard === text ? spellings : [...spellings, standard]) {
      expect(parseRefreshToken(ring, spelling).kind).toBe('invalid')
    }
  })

  it('is invalid when made with another secret, and unknown while that secret is in use elsewhere', () => {
    const theirs = deriveKeys(randomBytes(32))
    let ours = createSecretRing(createClock(), randomBytes(32), null, () => true)
    // One pair of secrets in 256 shares its one-byte id.
    while (ours.find(theirs.id)) ours = createSecretRing(createClock(), randomBytes(32), null, () => true)
    const { text } = mintRefreshToken(theirs, sessionId, 0, newFamily())
    expect(parseRefreshToken(ours, text).kind).toBe('invalid')
    ours.load([{ id: theirs.id, firstSeenAt: 0 }])
    expect(parseRefreshToken(ours, text).kind).toBe('unknown_key')
  })

  it('is never taken from noise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 85, maxLength: 85 }), bytes => {
        const text = `lkr_${Buffer.from(bytes).toString('base64url')}`
        expect(parseRefreshToken(ring, text).kind).toBe('invalid')
      }),
    )
    fc.assert(fc.property(fc.string(), text => parseRefreshToken(ring, text).kind === 'invalid'))
  })
})

describe('a derived key', () => {
  it('is that of HKDF-SHA256, whatever the secret, the salt and the info', () => {
    const bytes = fc.uint8Array({ maxLength: 100 }).map(values => Buffer.from(values))
    fc.assert(
      fc.property(bytes, bytes, bytes, (secret, salt, info) => {
        expect(hkdf32(secret, salt, info)).toEqual(Buffer.from(hkdfSync('sha256', secret, salt, info, 32)))
      }),
    )
  })
})

describe('a sealed successor', () => {
  const spent = mint(ring, 4)

  it('opens for the token that it was sealed for', () => {
    const sealed = sealSuccessor(ring.minting(), spent.token, 5, pair)
    expect(unsealSuccessor(ring, spent.token, sealed, 5)).toEqual({ kind: 'pair', pair })
  })

  it('stays shut for every other token, for another generation and with a bit altered', () => {
    const sealed = sealSuccessor(ring.minting(), spent.token, 5, pair)
    const other = mint(ring, 4, spent.family)
    expect(unsealSuccessor(ring, other.token, sealed, 5).kind).toBe('broken')
    expect(unsealSuccessor(ring, spent.token, sealed, 6).kind).toBe('broken')
    for (let at = 2; at < sealed.length; at++) {
      const altered = Buffer.from(sealed)
      altered.writeUInt8((sealed[at] ?? 0) ^ 1, at)
      expect(unsealSuccessor(ring, spent.token, altered, 5).kind, `at ${at}`).toBe('broken')
    }
    for (let length = 0; length < 40; length++) {
      expect(unsealSuccessor(ring, spent.token, sealed.subarray(0, length), 5).kind).not.toBe('pair')
    }
  })

  it('stays shut without the secret, and with the secret but only the hash of the token', () => {
    const sealed = sealSuccessor(ring.minting(), spent.token, 5, pair)
    const stranger = secretRing()
    expect(unsealSuccessor(stranger, spent.token, sealed, 5).kind).not.toBe('pair')
    const fromDump = { ...spent.token, random: spent.hash }
    expect(unsealSuccessor(ring, fromDump, sealed, 5).kind).toBe('broken')
  })

  it('shows nothing of the tokens inside', () => {
    const sealed = sealSuccessor(ring.minting(), spent.token, 5, pair).toString('latin1')
    expect(sealed).not.toContain('lkr_')
    expect(sealed).not.toContain('header')
  })
})
