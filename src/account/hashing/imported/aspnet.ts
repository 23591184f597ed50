import { fromBase64 } from './encoding.ts'
import { pbkdf2Hash } from './pbkdf2.ts'
import { type Reading, refused } from './recipe.ts'

/**
 * `PasswordHash` of ASP.NET Core Identity: base64 of a marker and, for version 3, PRF, iterations and length of the salt
 * (four bytes each, big-endian), the salt and the digest. Version 2 has one way only.
 */
const shape = /^[A-Za-z0-9+/]{56,250}={0,2}$/
const header = 13
const hashes = ['sha1', 'sha256', 'sha512']
const version2 = { iterations: 1000, saltBytes: 16, digestBytes: 32 }

/** Pure. */
export function readAspnet(text: string): Reading | null {
  if (!shape.test(text)) return null
  const bytes = fromBase64(text)
  if (bytes === null) return null
  const { iterations, saltBytes, digestBytes } = version2
  if (bytes[0] === 0 && bytes.length === 1 + saltBytes + digestBytes) {
    return pbkdf2Hash('sha1', iterations, bytes.subarray(1, 1 + saltBytes), bytes.subarray(1 + saltBytes))
  }
  return bytes[0] === 1 ? readVersion3(bytes) : null
}

function readVersion3(bytes: Buffer): Reading {
  const [hash, iterations, saltLength] = [1, 5, 9].map(at => bytes.readUInt32BE(at))
  const saltEnd = header + (saltLength ?? 0)
  if (saltEnd >= bytes.length) return refused("ASP.NET Identity's hash is cut off")
  return pbkdf2Hash(
    hashes[hash ?? 0] ?? '',
    iterations ?? 0,
    bytes.subarray(header, saltEnd),
    bytes.subarray(saltEnd),
  )
}
