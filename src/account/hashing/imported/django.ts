import { readBcrypt, readModularBcrypt } from './bcrypt.ts'
import { fromBase64 } from './encoding.ts'
import { pbkdf2Hash } from './pbkdf2.ts'
import { readArgon2, scryptHash } from './phc.ts'
import { type Reading, refused } from './recipe.ts'

/** What `auth_user.password` holds: the hasher's name, `$`, and what the hasher writes. */

const pbkdf2 = /^pbkdf2_(sha1|sha256)\$([1-9]\d{0,9})\$([^$]{1,128})\$([^$]{1,200})$/
const scrypt = /^scrypt\$([1-9]\d{0,9})\$([^$]{1,128})\$([1-9]\d{0,9})\$([1-9]\d{0,9})\$([^$]{1,200})$/
const unsalted = /^(?:md5|sha1|unsalted_md5|unsalted_sha1)\$/

/** Pure. A password that is "unusable" to Django begins with `!`: such a user signs in by other means. */
export function readDjango(text: string): Reading | null {
  if (text.startsWith('!')) return { kind: 'no_password' }
  if (text.startsWith('bcrypt$')) return readBcrypt(text.slice('bcrypt$'.length))
  if (text.startsWith('bcrypt_sha256$')) {
    return readModularBcrypt(text.slice('bcrypt_sha256$'.length), 'sha256-hex')
  }
  if (text.startsWith('argon2$')) return readArgon2(text.slice('argon2'.length))
  if (unsalted.test(text)) return refused('MD5 and SHA-1 protect no password: this user needs a new one')
  return readPbkdf2(text) ?? readScrypt(text)
}

/** Django's salts are text. */
function readPbkdf2(text: string): Reading | null {
  const [, hash, iterations, salt, digest] = pbkdf2.exec(text) ?? []
  if (hash === undefined || salt === undefined || digest === undefined) return null
  return pbkdf2Hash(hash, Number(iterations), Buffer.from(salt), fromBase64(digest))
}

function readScrypt(text: string): Reading | null {
  const [, n, salt, r, p, digest] = scrypt.exec(text) ?? []
  if (salt === undefined || digest === undefined) return null
  const costs = { logN: Math.log2(Number(n)), r: Number(r), p: Number(p) }
  return scryptHash(costs, Buffer.from(salt), fromBase64(digest))
}
