import { readModularBcrypt } from './bcrypt.ts'
import { toBase64 } from './encoding.ts'
import { accepted, type Reading } from './recipe.ts'

/** phpass, which WordPress used up to 6.7, phpBB as `$H$`; and bcrypt of WordPress 6.8. */

const digits = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const phpass = /^\$[PH]\$([./0-9A-Za-z])([./0-9A-Za-z]{8})([./0-9A-Za-z]{22})$/

/** Pure. */
export function readWordPress(text: string): Reading | null {
  if (text.startsWith('$wp$2y$')) return readModularBcrypt(text.slice('$wp'.length), 'wordpress')
  const [, rounds, salt, digest] = phpass.exec(text) ?? []
  if (rounds === undefined || salt === undefined || digest === undefined) return null
  return accepted(
    { algorithm: 'phpass', logRounds: digits.indexOf(rounds), salt: toBase64(salt) },
    decoded(digest),
  )
}

/** Little-endian: the first of four digits has the lowest six bits of three bytes. */
function decoded(text: string): Buffer {
  const bytes: number[] = []
  let bits = 0
  let count = 0
  for (const digit of text) {
    bits |= digits.indexOf(digit) << count
    count += 6
    if (count < 8) continue
    bytes.push(bits & 0xff)
    bits >>= 8
    count -= 8
  }
  return Buffer.from(bytes)
}
