import { toBase64 } from './encoding.ts'
import { accepted, type Reading, type Recipe, refused } from './recipe.ts'

type Pbkdf2 = Extract<Recipe, { iterations: number }>

/** By the names that other systems give to the hash inside. */
const algorithms = new Map<string, Pbkdf2['algorithm']>([
  ['sha1', 'pbkdf2-sha1'],
  ['sha256', 'pbkdf2-sha256'],
  ['sha512', 'pbkdf2-sha512'],
])

/** Pure: PBKDF2 with HMAC (RFC 8018 §5.2), from what the formats of several systems have in common. */
export function pbkdf2Hash(
  hash: string,
  iterations: number,
  salt: Buffer | null,
  digest: Buffer | null,
): Reading {
  const algorithm = algorithms.get(hash)
  if (algorithm === undefined) return refused('PBKDF2 must use SHA-1, SHA-256 or SHA-512')
  if (salt === null || digest === null) return refused('its salt or its digest is not base64')
  if (!Number.isSafeInteger(iterations)) return refused('the number of iterations is not a number')
  return accepted({ algorithm, iterations, salt: toBase64(salt), length: digest.length }, digest)
}
