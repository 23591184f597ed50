import { fromBase64, toBase64 } from './encoding.ts'
import { accepted, type Reading, type Recipe, refused } from './recipe.ts'

/** Hashes in the PHC string format, as their libraries write them; base64 may have its padding. */

type Argon2 = Extract<Recipe, { version: 16 | 19 }>

const argon2 =
  /^\$(argon2id|argon2i|argon2d)(?:\$v=(\d{1,3}))?\$m=([1-9]\d{0,9}),t=([1-9]\d{0,9}),p=([1-9]\d{0,9})\$([^$]{1,200})\$([^$]{1,200})$/

/** Pure. Without `v=` it is version 16, the one before RFC 9106. */
export function readArgon2(text: string): Reading | null {
  const [, name, version = '16', memory, passes, lanes, saltText, digestText] = argon2.exec(text) ?? []
  const algorithm = algorithmOf(name)
  if (algorithm === null) return null
  const number = version === '19' ? 19 : version === '16' ? 16 : null
  if (number === null) return refused('argon2 must be of version 19 or 16')
  return argon2Hash(
    {
      algorithm,
      version: number,
      memoryKib: Number(memory),
      passes: Number(passes),
      lanes: Number(lanes),
    },
    fromBase64(saltText ?? ''),
    fromBase64(digestText ?? ''),
  )
}

function algorithmOf(name: string | undefined): Argon2['algorithm'] | null {
  return name === 'argon2id' || name === 'argon2i' || name === 'argon2d' ? name : null
}

/** Salts have at least 8 bytes (RFC 9106 §3.1). */
export function argon2Hash(
  costs: Omit<Argon2, 'salt' | 'length'>,
  salt: Buffer | null,
  digest: Buffer | null,
): Reading {
  if (salt === null || digest === null) return refused('its salt or its digest is not base64')
  if (salt.length < 8) return refused('the salt of argon2 must have at least 8 bytes')
  return accepted({ ...costs, salt: toBase64(salt), length: digest.length }, digest)
}

const scrypt =
  /^\$scrypt\$(ln|n)=([1-9]\d{0,9}),r=([1-9]\d{0,9}),p=([1-9]\d{0,9})\$([^$]{1,200})\$([^$]{1,200})$/

/** Below this, `n=` may be meant as a logarithm. */
const smallestN = 1024

/** Pure. `ln` is the logarithm of N; some write N itself, as `n`. */
export function readScrypt(text: string): Reading | null {
  const [, name, value, r, p, saltText, digestText] = scrypt.exec(text) ?? []
  if (saltText === undefined || digestText === undefined) return null
  if (name === 'n' && Number(value) < smallestN) {
    return refused('n= must be N itself, a power of two from 1024 on; for its logarithm write ln=')
  }
  const logN = name === 'n' ? Math.log2(Number(value)) : Number(value)
  return scryptHash({ logN, r: Number(r), p: Number(p) }, fromBase64(saltText), fromBase64(digestText))
}

export function scryptHash(
  { logN, r, p, isNormalized = false }: { logN: number; r: number; p: number; isNormalized?: boolean },
  salt: Buffer | null,
  digest: Buffer | null,
): Reading {
  if (salt === null || digest === null) return refused('its salt or its digest is not base64')
  if (!Number.isInteger(logN)) return refused('the N of scrypt must be a power of two')
  const length = digest.length
  return accepted({ algorithm: 'scrypt', logN, r, p, isNormalized, salt: toBase64(salt), length }, digest)
}
