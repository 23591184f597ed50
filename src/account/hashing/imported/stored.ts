import { Compile } from 'typebox/compile'
import { readBcrypt } from './bcrypt.ts'
import { readArgon2, readScrypt } from './phc.ts'
import { type ImportedHash, Recipe, workOf } from './recipe.ts'

/**
 * How an imported hash is kept: the base64 of its digest is hashed once more, by argon2id of today. A dump of the database so gives
 * no hash of the other system away.
 *
 *     $wrapped$ algorithm , work $ recipe as JSON in base64url $argon2id$…
 *
 * The first part is the same for all hashes that cost the same, so that an index finds which costs there are.
 */
const wrapped = /^\$wrapped\$([a-z0-9-]+,\d+)\$([\w-]+)(\$argon2id\$.+)$/
const recipes = Compile(Recipe)

export type StoredHash =
  | { kind: 'wrapped'; recipe: Recipe; phc: string }
  /** From version 0.1, which kept imported hashes as they came. */
  | { kind: 'bare'; hash: ImportedHash }
  | { kind: 'unreadable' }

/** @param phc argon2id of the digest */
export function wrap(recipe: Recipe, phc: string): string {
  const text = Buffer.from(JSON.stringify(recipe)).toString('base64url')
  return `$wrapped$${recipe.algorithm},${workOf(recipe)}$${text}${phc}`
}

/** Pure: of a hash that is not of today's parameters. */
export function readStored(text: string): StoredHash {
  const [, , encoded, phc] = wrapped.exec(text) ?? []
  if (encoded !== undefined && phc !== undefined) {
    const recipe: unknown = parsed(Buffer.from(encoded, 'base64url').toString())
    return recipes.Check(recipe) ? { kind: 'wrapped', recipe, phc } : { kind: 'unreadable' }
  }
  const reading = readBcrypt(text) ?? readArgon2(text) ?? readScrypt(text)
  return reading?.kind === 'hash' ? { kind: 'bare', hash: reading.hash } : { kind: 'unreadable' }
}

const costs = /^(?:\$wrapped\$[^$]*|\$2\w\$\d\d|\$scrypt\$[^$]*|\$argon2\w+(?:\$v=\d+)?\$[^$]*)\$/

/** Pure: greater than every hash that costs the same, in the order of the bytes. */
export function pastCosts(text: string): string {
  return `${costs.exec(text)?.[0] ?? text}\u007f`
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
