import { createHmac, hash, hkdfSync } from 'node:crypto'

/**
 * Keys derived from one `LATCHKEY_SECRET` (HKDF-SHA256, RFC 5869). `id` names the secret in tokens and sealed
 * values without telling anything of it.
 */
export type SecretKeys = {
  /** 0–255. */
  id: number
  /** Authenticates refresh tokens: garbage is turned away without I/O. */
  refreshTag: Buffer
  /** One half of the key that seals a successor; the other half is in the client's hands. */
  successorSeal: Buffer
  /** Seals private signing keys at rest. */
  signingKeySeal: Buffer
  /** Authenticates snapshots and marks in Redis. */
  cacheMac: Buffer
  /** Stands for e-mail addresses of which nothing but failed sign-ins is known. */
  loginSubject: Buffer
  /** Authenticates device tokens. */
  deviceTag: Buffer
  /** Names counters in Redis, so that a name does not show whom it counts. */
  rateName: string
}

/**
 * The secrets of this instance. New tokens are minted under `minting()`; which other ids are in use somewhere
 * else is known from the database, so that a rolling change of the secret is told apart from garbage.
 */
export type SecretRing = {
  minting(): SecretKeys
  all(): readonly SecretKeys[]
  /** Those whose tags still prove where a value came from: not of a secret that has leaked, which only opens. */
  trusted(): readonly SecretKeys[]
  find(id: number): SecretKeys | undefined
  /** Another instance uses this secret and we do not have it (yet), or we cannot know just now. */
  mayBeKnownElsewhere(id: number): boolean
}

function derive(secret: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `latchkey ${purpose} v1`, 32))
}

export function deriveKeys(secret: Buffer): SecretKeys {
  return {
    id: derive(secret, 'secret id').readUInt8(0),
    refreshTag: derive(secret, 'refresh tag'),
    successorSeal: derive(secret, 'successor seal'),
    signingKeySeal: derive(secret, 'signing key seal'),
    cacheMac: derive(secret, 'cache mac'),
    loginSubject: derive(secret, 'login subject'),
    deviceTag: derive(secret, 'device tag'),
    rateName: derive(secret, 'rate name').toString('base64'),
  }
}

export function sha256(data: string | Buffer): Buffer {
  return hash('sha256', data, 'buffer')
}

/**
 * HKDF-SHA256 (RFC 5869) of 32 bytes, which are two HMACs: `hkdfSync` takes 12 µs for them, since it makes keys and a job
 * of each call, and this 5.
 */
export function hkdf32(secret: Buffer, salt: Buffer, info: Buffer): Buffer {
  const pseudorandomKey = createHmac('sha256', salt).update(secret).digest()
  return createHmac('sha256', pseudorandomKey).update(info).update(firstBlock).digest()
}

const firstBlock = Buffer.from([1])
