import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import type { Instant } from '../../clock.ts'
import { Problem } from '../../errors.ts'
import type { SecretRing } from './secrets.ts'
import { type PublicJwk, type StoredSigningKey, unsealPrivateKey } from './signing-key.ts'

/** A key that may verify access tokens. */
export type VerificationKey = {
  kid: string
  alg: 'ES256'
  publicPem: string
  publicJwk: PublicJwk
  verifiesUntil: Instant | null
}

type SigningKey = VerificationKey & { signsFrom: Instant; sign: (claims: Record<string, unknown>) => string }

/** The keys that sign and verify access tokens, as they were last read from `signing_keys`. */
export type KeyRing = {
  load(keys: readonly StoredSigningKey[]): void
  /** The newest key whose time has come; undefined while none is loaded. */
  signing(now: Instant): SigningKey | undefined
  /**
   * The key of a token by the token's whole first segment. A token of ours has one of very few headers, to the
   * letter; whatever else stands there (`none`, `jku`, `crit`, another spelling) is not one of ours. Throws
   * `store_unavailable` for a key that may have been added while the database could not be read.
   */
  byHeader(segment: string, now: Instant): VerificationKey | undefined
  /** Keys for `/.well-known/jwks.json` (RFC 7517), those that will sign soon included. */
  published(now: Instant): VerificationKey[]
}

/** `isFresh`: what was loaded is what stands in the database. */
export function createKeyRing(secrets: SecretRing, isFresh: () => boolean): KeyRing {
  let signing: SigningKey[] = []
  let byHeader = new Map<string, VerificationKey>()

  return {
    load(stored) {
      const verification = new Map<string, VerificationKey>()
      const signers: SigningKey[] = []
      for (const key of stored) {
        const verifier = verificationKey(key)
        const header = headerOf(key)
        verification.set(header, verifier)
        const privatePem = unsealPrivateKey(secrets, key)
        if (privatePem !== null) {
          signers.push({ ...verifier, signsFrom: key.signsFrom, sign: createSign(header, privatePem) })
        }
      }
      signing = signers.sort((a, b) => b.signsFrom - a.signsFrom)
      byHeader = verification
    },
    signing: now => signing.find(key => key.signsFrom <= now && verifies(key, now)),
    byHeader(segment, now) {
      const key = byHeader.get(segment)
      // A key that this instance could not read of is nobody's fault: not knowing is not a no.
      if (key === undefined && !isFresh() && looksLikeOurs(segment)) throw ringUnavailable()
      return key !== undefined && verifies(key, now) ? key : undefined
    },
    published: now => [...byHeader.values()].filter(key => verifies(key, now)),
  }
}

/** RFC 9068 §2.1. */
const tokenType = 'at+jwt'

function headerOf(key: StoredSigningKey): string {
  return Buffer.from(JSON.stringify({ alg: key.alg, typ: tokenType, kid: key.kid })).toString('base64url')
}

/** JWS compact serialisation (RFC 7515 §7.1) with ES256, whose signature is R ‖ S (RFC 7518 §3.4). */
function createSign(header: string, privatePem: string): (claims: Record<string, unknown>) => string {
  const key = { key: createPrivateKey(privatePem), dsaEncoding: 'ieee-p1363' } as const
  return claims => {
    const signed = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`
    return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`
  }
}

function looksLikeOurs(segment: string): boolean {
  const header = Buffer.from(segment, 'base64url').toString('utf8')
  return /^\{"alg":"ES256","typ":"at\+jwt","kid":"[\w-]{43}"\}$/.test(header)
}

/** The keys cannot be read just now. */
export function ringUnavailable(): Problem {
  return new Problem('store_unavailable', {
    detail: 'The signing keys cannot be read right now; nothing was changed.',
    retryAfterSeconds: 1,
  })
}

function verificationKey(key: StoredSigningKey): VerificationKey {
  const publicKey = createPublicKey({ key: { ...key.publicJwk }, format: 'jwk' })
  return {
    kid: key.kid,
    alg: key.alg,
    publicPem: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    publicJwk: key.publicJwk,
    verifiesUntil: key.verifiesUntil,
  }
}

function verifies(key: VerificationKey, now: Instant): boolean {
  return key.verifiesUntil === null || now < key.verifiesUntil
}
