import { readAspnet } from './aspnet.ts'
import { readBcrypt } from './bcrypt.ts'
import { readDjango } from './django.ts'
import { readFirebase } from './firebase.ts'
import { readKeycloak } from './keycloak.ts'
import { readNodeScrypt } from './node-scrypt.ts'
import { readPasslib } from './passlib.ts'
import { readArgon2, readScrypt } from './phc.ts'
import { type Reading, refused } from './recipe.ts'
import { readUnsupported } from './unsupported.ts'
import { readWordPress } from './wordpress.ts'

const readers = [
  readBcrypt,
  readArgon2,
  readScrypt,
  readDjango,
  readPasslib,
  readWordPress,
  readFirebase,
  readNodeScrypt,
  readAspnet,
  readUnsupported,
]

/** No format is longer. */
const longest = 1_024

/** Pure: what another system stores for a password. Reasons never quote it. docs/guides/migrate.md lists the formats. */
export function readImportedHash(value: unknown): Reading {
  if (value === null) return { kind: 'no_password' }
  if (typeof value !== 'string')
    return readKeycloak(value) ?? refused('passwordHash must be a text or an object')
  if (value.length > longest) return refused('passwordHash is longer than any hash')
  for (const read of readers) {
    const reading = read(value)
    if (reading !== null) return reading
  }
  return refused('passwordHash is in no format that can be imported (docs/guides/migrate.md)')
}
