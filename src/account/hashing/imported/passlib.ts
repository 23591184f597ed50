import { bcryptHash } from './bcrypt.ts'
import { fromAdaptedBase64 } from './encoding.ts'
import { pbkdf2Hash } from './pbkdf2.ts'
import type { Reading } from './recipe.ts'

/** Python's Passlib, and what speaks its formats. Its argon2, bcrypt and scrypt are those of everybody. */

const pbkdf2 = /^\$pbkdf2(-sha256|-sha512)?\$([1-9]\d{0,9})\$([^$]{1,200})\$([^$]{1,200})$/
const bcryptSha256 =
  /^\$bcrypt-sha256\$(?:(v=2,t=2b,r=)|2[ab],)(\d{1,2})\$([./A-Za-z0-9]{22})\$([./A-Za-z0-9]{31})$/

/** Pure. */
export function readPasslib(text: string): Reading | null {
  return readPbkdf2(text) ?? readBcryptSha256(text)
}

function readPbkdf2(text: string): Reading | null {
  const [, suffix = '-sha1', iterations, salt, digest] = pbkdf2.exec(text) ?? []
  if (salt === undefined || digest === undefined) return null
  return pbkdf2Hash(suffix.slice(1), Number(iterations), fromAdaptedBase64(salt), fromAdaptedBase64(digest))
}

/** Its first version hashed the password with SHA-256, its second with HMAC-SHA256 keyed by the salt's text. */
function readBcryptSha256(text: string): Reading | null {
  const [, second, cost, salt, digest] = bcryptSha256.exec(text) ?? []
  if (salt === undefined || digest === undefined) return null
  const prehash = second === undefined ? 'sha256-base64' : 'hmac-sha256-base64'
  return bcryptHash({ cost: Number(cost), salt, digest, prehash })
}
