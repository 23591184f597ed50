import { accepted, type Reading, type Recipe, refused } from './recipe.ts'

type Prehash = Extract<Recipe, { algorithm: 'bcrypt' }>['prehash']

/** `2a` and `2y` compute what `2b` does, for passwords of fewer than 256 bytes. */
const form = /^\$2([abxy])\$(\d\d)\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})$/

/** Pure: bcrypt as crypt(3) writes it (Auth0, Devise, Laravel, Supabase, …). */
export function readBcrypt(text: string): Reading | null {
  return readModularBcrypt(text, 'none')
}

/** Pure: bcrypt of something that was made of the password. */
export function readModularBcrypt(text: string, prehash: Prehash): Reading | null {
  const [, variant, cost, salt, digest] = form.exec(text) ?? []
  if (salt === undefined || digest === undefined) return null
  if (variant === 'x') return refused('$2x$ is bcrypt with the bug of 2011: this user needs a new password')
  return bcryptHash({ cost: Number(cost), salt, digest, prehash })
}

export function bcryptHash(parts: { cost: number; salt: string; digest: string; prehash: Prehash }): Reading {
  const { cost, salt, digest, prehash } = parts
  return accepted({ algorithm: 'bcrypt', cost, salt, prehash }, Buffer.from(digest))
}
