import { importJWK, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { createAccessTokens, isCanonicalJws } from '../../../src/session/token/access-token.ts'
import { createKeyRing } from '../../../src/session/token/key-ring.ts'
import { generateSigningKey } from '../../../src/session/token/signing-key.ts'
import { secretRing, sessionId, userId } from '../../support/domain.ts'

const now = 1_800_000_000_000
const secrets = secretRing()
const key = generateSigningKey(secrets.minting(), now - 1_000)
const ring = createKeyRing(secrets, () => true)
ring.load([key])
const tokens = createAccessTokens(ring, 'https://issuer.test', 'api')
const subject = { sessionId, userId, clientType: 'web', authenticatedAt: now - 500 }

function issue(lifetimeSeconds = 900, notAfter = now + 86_400_000) {
  return tokens.issue(subject, now, lifetimeSeconds, notAfter)
}

function peek({ hashOf, peek: read }: typeof tokens, text: string) {
  const hash = hashOf(text, now)
  return hash === null ? null : read(text, hash)
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

describe('an access token', () => {
  it('carries the claims of RFC 9068 and nothing personal', () => {
    const [header = '', payload = ''] = issue().text.split('.')
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({
      alg: 'ES256',
      typ: 'at+jwt',
      kid: key.kid,
    })
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    expect(Object.keys(claims).sort()).toEqual(
      ['aud', 'auth_time', 'client_id', 'exp', 'iat', 'iss', 'jti', 'sid', 'sub'].sort(),
    )
    expect(claims).toMatchObject({
      sid: sessionId,
      sub: userId,
      client_id: 'web',
      iss: 'https://issuer.test',
      aud: 'api',
    })
  })

  it('is signed with ES256, so that other libraries can verify it', async () => {
    const { text } = issue()
    const publicKey = await importJWK(key.publicJwk, 'ES256')
    const { payload } = await jwtVerify(text, publicKey, {
      algorithms: ['ES256'],
      currentDate: new Date(now),
    })
    expect(payload.sub).toBe(userId)
    // R and S, of 32 bytes each (RFC 7518 §3.4).
    expect(Buffer.from(text.split('.')[2] ?? '', 'base64url')).toHaveLength(64)
    const stranger = generateSigningKey(secrets.minting(), now)
    const otherKey = await importJWK(stranger.publicJwk, 'ES256')
    await expect(jwtVerify(text, otherKey, { currentDate: new Date(now) })).rejects.toThrow(/signature/)
  })

  it('ends up to 5 % early, so that refreshes do not come in storms, and never after the session', () => {
    const lifetimes = Array.from({ length: 500 }, () => (issue().expiresAt - now) / 1000)
    expect(Math.max(...lifetimes)).toBeLessThanOrEqual(900)
    expect(Math.min(...lifetimes)).toBeGreaterThanOrEqual(855)
    expect(new Set(lifetimes).size).toBeGreaterThan(20)
    expect(issue(900, now + 60_000).expiresAt).toBe(now + 60_000)
  })

  it('is found by its session id, without any I/O', () => {
    const issued = issue()
    expect(peek(tokens, issued.text)).toEqual({
      hash: issued.hash.toString('base64'),
      sessionId,
      expiresAt: issued.expiresAt,
    })
  })

  it.each([
    ['no signature (alg none)', { alg: 'none', typ: 'at+jwt', kid: key.kid }],
    ['a symmetric algorithm', { alg: 'HS256', typ: 'at+jwt', kid: key.kid }],
    ['another type', { alg: 'ES256', typ: 'JWT', kid: key.kid }],
    ['an unknown kid', { alg: 'ES256', typ: 'at+jwt', kid: 'unknown' }],
    ['no kid', { alg: 'ES256', typ: 'at+jwt' }],
    ['a jku', { alg: 'ES256', typ: 'at+jwt', kid: key.kid, jku: 'https://evil.test/jwks' }],
    ['an x5u', { alg: 'ES256', typ: 'at+jwt', kid: key.kid, x5u: 'https://evil.test/cert' }],
    ['a jwk of its own', { alg: 'ES256', typ: 'at+jwt', kid: key.kid, jwk: key.publicJwk }],
    ['a crit', { alg: 'ES256', typ: 'at+jwt', kid: key.kid, crit: ['exp'] }],
    ['its members in another order', { typ: 'at+jwt', alg: 'ES256', kid: key.kid }],
  ])('with a header that has %s is not one of ours', (_what, header) => {
    const [, payload = '', signature = ''] = issue().text.split('.')
    expect(peek(tokens, `${encode(header)}.${payload}.${signature}`)).toBeNull()
  })

  it.each([
    ['no exp', { sid: sessionId }],
    ['an exp that is a text', { sid: sessionId, exp: '9999999999' }],
    ['no sid', { exp: 9_999_999_999 }],
    ['a sid that is no UUID', { sid: "'; drop table", exp: 9_999_999_999 }],
    ['a payload that is no object', 'text'],
  ])('with %s is not one of ours', (_what, claims) => {
    const [header = '', , signature = ''] = issue().text.split('.')
    expect(peek(tokens, `${header}.${encode(claims)}.${signature}`)).toBeNull()
  })

  it.each(['', '.', '..', 'a.b.c', 'lkr_abc', '\u0000', 'x'.repeat(10_000)])(
    '%j is not one of ours',
    text => {
      expect(peek(tokens, text)).toBeNull()
    },
  )

  it('has one spelling: what a forgiving decoder would read all the same is not canonical', () => {
    const { text } = issue()
    expect(isCanonicalJws(text)).toBe(true)
    for (const other of [
      `${text}=`,
      `${text}.`,
      ` ${text}`,
      text.replace('.', '=.'),
      `${text}\n`,
      `${text}!`,
    ]) {
      expect(isCanonicalJws(other), other).toBe(false)
    }
  })

  it('is refused once its key has ended or was taken out of the ring', () => {
    const { text } = issue()
    const other = createKeyRing(secrets, () => true)
    other.load([{ ...key, verifiesUntil: now + 1 }])
    const reader = createAccessTokens(other, 'https://issuer.test', 'api')
    expect(reader.hashOf(text, now)).not.toBeNull()
    expect(reader.hashOf(text, now + 1)).toBeNull()
    other.load([])
    expect(reader.hashOf(text, now)).toBeNull()
  })
})

describe('the key ring', () => {
  it('signs with the newest key whose time has come, and publishes the next one before', () => {
    const next = generateSigningKey(secrets.minting(), now + 600_000)
    const both = createKeyRing(secrets, () => true)
    both.load([key, next])
    expect(both.signing(now)?.kid).toBe(key.kid)
    expect(both.signing(now + 600_000)?.kid).toBe(next.kid)
    expect(both.published(now).map(published => published.kid)).toContain(next.kid)
  })

  it('keeps the private key sealed: another secret cannot sign with it, and can still verify', () => {
    const stranger = createKeyRing(secretRing(), () => true)
    stranger.load([key])
    expect(stranger.signing(now)).toBeUndefined()
    expect(stranger.published(now)).toHaveLength(1)
    expect(key.privateSealed.toString('latin1')).not.toContain('PRIVATE')
  })
})

describe('a signing key', () => {
  it('never has an id that a command line takes for an option', () => {
    const kids = Array.from({ length: 500 }, () => generateSigningKey(secrets.minting(), 0).kid)
    expect(kids.filter(kid => kid.startsWith('-'))).toEqual([])
  })
})
