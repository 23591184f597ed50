import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto'
import { parse as parseUuid, stringify as stringifyUuid } from 'uuid'
import { Problem } from '../../errors.ts'
import { randomBytes } from '../../random.ts'
import type { TokenPair } from '../session.ts'
import { hkdf32, type SecretKeys, type SecretRing, sha256 } from './secrets.ts'

/**
 * A refresh token is opaque to its holder: `lkr_` and, in base64url,
 *
 *     key id 1 ‖ session id 16 ‖ generation 4 ‖ family secret 16 ‖ random 32 ‖ HMAC-SHA256 tag 16
 *
 * The tag turns garbage away without I/O, and proves that any old generation really was ours. The random bytes make
 * it unforgeable from a dump (only its hash is stored), the family secret from `LATCHKEY_SECRET` alone.
 */
export type RefreshToken = {
  sessionId: string
  /** Counts rotations; 0 at sign-in. */
  generation: number
  family: Buffer
  random: Buffer
  /** SHA-256 of the token's text. */
  hash: Buffer
}

const prefix = 'lkr_'
const bodyLength = 1 + 16 + 4 + 16 + 32
const tagLength = 16
const textLength = prefix.length + Math.ceil(((bodyLength + tagLength) * 4) / 3)
const largestGeneration = 0xffffffff

export function newFamily(): Buffer {
  return randomBytes(16)
}

export function mintRefreshToken(
  keys: SecretKeys,
  sessionId: string,
  generation: number,
  family: Buffer,
): { text: string; hash: Buffer } {
  if (generation > largestGeneration) throw new RangeError('a session cannot be rotated more than 2^32 times')
  const body = Buffer.alloc(bodyLength)
  body.writeUInt8(keys.id, 0)
  body.set(parseUuid(sessionId), 1)
  body.writeUInt32BE(generation, 17)
  body.set(family, 21)
  body.set(randomBytes(32), 37)
  const text = prefix + Buffer.concat([body, tagOf(keys, body)]).toString('base64url')
  return { text, hash: sha256(text) }
}

export type ParsedRefreshToken =
  | { kind: 'token'; token: RefreshToken }
  | { kind: 'invalid' }
  /** Made with a secret that another instance has and this one does not (yet): nobody's fault, try again. */
  | { kind: 'unknown_key' }

/** Pure: no I/O. One spelling only: base64url without padding, no stray bits (RFC 4648 §3.5). */
export function parseRefreshToken(ring: SecretRing, text: string): ParsedRefreshToken {
  if (text.length !== textLength || !text.startsWith(prefix)) return { kind: 'invalid' }
  const bytes = Buffer.from(text.slice(prefix.length), 'base64url')
  if (bytes.length !== bodyLength + tagLength) return { kind: 'invalid' }
  if (bytes.toString('base64url') !== text.slice(prefix.length)) return { kind: 'invalid' }
  const body = bytes.subarray(0, bodyLength)
  const keyId = body.readUInt8(0)
  const keys = ring.find(keyId)
  if (keys === undefined) return { kind: ring.mayBeKnownElsewhere(keyId) ? 'unknown_key' : 'invalid' }
  if (!timingSafeEqual(tagOf(keys, body), bytes.subarray(bodyLength))) return { kind: 'invalid' }
  return {
    kind: 'token',
    token: {
      sessionId: stringifyUuid(body.subarray(1, 17)),
      generation: body.readUInt32BE(17),
      family: body.subarray(21, 37),
      random: body.subarray(37, 69),
      hash: sha256(text),
    },
  }
}

/** For a token whose secret another instance has, and this one does not (yet). */
export function unknownSecret(): Problem {
  return new Problem('store_unavailable', {
    detail: 'The token was made with a secret that this instance does not have yet; nothing was changed.',
    retryAfterSeconds: 1,
  })
}

function tagOf(keys: SecretKeys, body: Buffer): Buffer {
  return createHmac('sha256', keys.refreshTag).update(body).digest().subarray(0, tagLength)
}

/** The token that a pair replaces, as its holder presents it. */
type Spent = Pick<RefreshToken, 'sessionId' | 'hash' | 'random'>

const version = 1
const label = Buffer.from('latchkey successor random v1')
const nonceLength = 12
const gcmTagLength = 16

/**
 * What only the holder of the spent token can open: its successor. The key takes that token's random bytes, which are
 * stored nowhere, so that a dump opens nothing, even with `LATCHKEY_SECRET`. `generation` is the successor's.
 *
 *     version 1 ‖ key id 1 ‖ nonce 12 ‖ AES-256-GCM ciphertext ‖ tag 16
 *
 * Session, generation and the spent token's hash are bound to it as associated data.
 */
export function sealSuccessor(keys: SecretKeys, spent: Spent, generation: number, pair: TokenPair): Buffer {
  const place = placeOf(spent.sessionId, generation)
  const nonce = randomBytes(nonceLength)
  const cipher = createCipheriv('aes-256-gcm', sealKey(keys, spent, place), nonce)
  cipher.setAAD(Buffer.concat([place, spent.hash]))
  const sealed = Buffer.concat([cipher.update(JSON.stringify(pair), 'utf8'), cipher.final()])
  return Buffer.concat([Buffer.from([version, keys.id]), nonce, sealed, cipher.getAuthTag()])
}

export type UnsealedSuccessor =
  | { kind: 'pair'; pair: TokenPair }
  | { kind: 'unknown_key' }
  | { kind: 'broken' }

/** Opens what `sealSuccessor` sealed, for the token that it was sealed for. */
export function unsealSuccessor(
  ring: SecretRing,
  token: Spent,
  sealed: Buffer,
  generation: number,
): UnsealedSuccessor {
  const [sealedBy, keyId] = sealed
  if (sealedBy !== version || keyId === undefined || sealed.length < 2 + nonceLength + gcmTagLength)
    return { kind: 'broken' }
  const keys = ring.find(keyId)
  if (keys === undefined) return { kind: 'unknown_key' }
  const place = placeOf(token.sessionId, generation)
  const nonce = sealed.subarray(2, 2 + nonceLength)
  const decipher = createDecipheriv('aes-256-gcm', sealKey(keys, token, place), nonce)
  decipher.setAAD(Buffer.concat([place, token.hash]))
  decipher.setAuthTag(sealed.subarray(-gcmTagLength))
  try {
    const opened = decipher.update(sealed.subarray(2 + nonceLength, -gcmTagLength))
    const pair: unknown = JSON.parse(Buffer.concat([opened, decipher.final()]).toString('utf8'))
    return isTokenPair(pair) ? { kind: 'pair', pair } : { kind: 'broken' }
  } catch {
    return { kind: 'broken' }
  }
}

function sealKey(keys: SecretKeys, { random }: Spent, place: Buffer): Buffer {
  return hkdf32(random, place, Buffer.concat([label, keys.successorSeal]))
}

/** 16 bytes and 4: the session and the successor's generation. */
function placeOf(sessionId: string, generation: number): Buffer {
  const place = Buffer.alloc(20)
  place.set(parseUuid(sessionId))
  place.writeUInt32BE(generation, 16)
  return place
}

function isTokenPair(value: unknown): value is TokenPair {
  return (
    typeof value === 'object' &&
    value !== null &&
    'accessToken' in value &&
    typeof value.accessToken === 'string' &&
    'refreshToken' in value &&
    typeof value.refreshToken === 'string' &&
    'accessExpiresAt' in value &&
    typeof value.accessExpiresAt === 'number' &&
    'refreshExpiresAt' in value &&
    typeof value.refreshExpiresAt === 'number'
  )
}
