import {
  createCipheriv,
  createDecipheriv,
  generateKeyPairSync,
  type JsonWebKey,
  randomBytes,
} from 'node:crypto'
import type { Instant } from '../../clock.ts'
import { type SecretKeys, type SecretRing, sha256 } from './secrets.ts'

/** The public half, as it stands in the JWKS (RFC 7517). */
export type PublicJwk = { kty: string; crv: string; x: string; y: string }

/** A signing key as it is stored: the private half sealed under a key derived from `LATCHKEY_SECRET`. */
export type StoredSigningKey = {
  /** RFC 7638 thumbprint of the public key. */
  kid: string
  alg: 'ES256'
  publicJwk: PublicJwk
  privateSealed: Buffer
  /** Signs from then on; published well before. */
  signsFrom: Instant
  /** Its last token has ended by then; null while it is not known when. */
  verifiesUntil: Instant | null
}

const nonceLength = 12
const gcmTagLength = 16

export function generateSigningKey(keys: SecretKeys, signsFrom: Instant): StoredSigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const publicJwk = toPublicJwk(publicKey.export({ format: 'jwk' }))
  const kid = thumbprint(publicJwk)
  // One key in 64 would have an id that reads as an option, at `latchkey keys revoke KID`.
  if (kid.startsWith('-')) return generateSigningKey(keys, signsFrom)
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  return {
    kid,
    alg: 'ES256',
    publicJwk,
    privateSealed: sealPrivateKey(keys, kid, pem),
    signsFrom,
    verifiesUntil: null,
  }
}

/** key id 1 ‖ nonce 12 ‖ AES-256-GCM ciphertext ‖ tag 16, bound to the key's `kid`. */
function sealPrivateKey(keys: SecretKeys, kid: string, pem: string): Buffer {
  const nonce = randomBytes(nonceLength)
  const cipher = createCipheriv('aes-256-gcm', keys.signingKeySeal, nonce)
  cipher.setAAD(Buffer.from(kid))
  const sealed = Buffer.concat([cipher.update(pem, 'utf8'), cipher.final()])
  return Buffer.concat([Buffer.from([keys.id]), nonce, sealed, cipher.getAuthTag()])
}

/** The private key in PEM, or null when it was sealed with a secret that this instance does not have. */
export function unsealPrivateKey(ring: SecretRing, key: StoredSigningKey): string | null {
  const keyId = key.privateSealed[0]
  const keys = keyId === undefined ? undefined : ring.find(keyId)
  if (keys === undefined) return null
  const decipher = createDecipheriv(
    'aes-256-gcm',
    keys.signingKeySeal,
    key.privateSealed.subarray(1, 1 + nonceLength),
  )
  decipher.setAAD(Buffer.from(key.kid))
  decipher.setAuthTag(key.privateSealed.subarray(-gcmTagLength))
  try {
    const opened = decipher.update(key.privateSealed.subarray(1 + nonceLength, -gcmTagLength))
    return Buffer.concat([opened, decipher.final()]).toString('utf8')
  } catch {
    return null
  }
}

/** RFC 7638 §3: SHA-256 over the required members in lexicographic order. */
function thumbprint(jwk: PublicJwk): string {
  return sha256(JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y })).toString('base64url')
}

function toPublicJwk(jwk: JsonWebKey): PublicJwk {
  const { kty, crv, x, y } = jwk
  if (!kty || !crv || !x || !y) throw new TypeError('an EC public key has kty, crv, x and y')
  return { kty, crv, x, y }
}
