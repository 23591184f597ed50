import { type Static, Type } from 'typebox'

/**
 * How another system turns a password into a digest: everything but the password. A thread computes it
 * (`imported-digest.js`). Salts and keys are base64.
 */
export type Recipe = Static<typeof Recipe>

/** What stands between a digest and the password that it was made of. */
export type ImportedHash = { recipe: Recipe; digest: Buffer }

export type Reading =
  | { kind: 'hash'; hash: ImportedHash }
  /** The other system says that this user signs in by other means. */
  | { kind: 'no_password' }
  | { kind: 'refused'; reason: string }

const Bytes = Type.String()

export const Recipe = Type.Union([
  Type.Object({
    algorithm: Type.Enum(['argon2d', 'argon2i', 'argon2id']),
    version: Type.Enum([16, 19]),
    memoryKib: Type.Integer(),
    passes: Type.Integer(),
    lanes: Type.Integer(),
    salt: Bytes,
    length: Type.Integer(),
  }),
  Type.Object({
    algorithm: Type.Literal('bcrypt'),
    cost: Type.Integer(),
    /** In bcrypt's own base64. */
    salt: Type.String(),
    /** What bcrypt gets instead of the password, of which it reads 72 bytes only. */
    prehash: Type.Enum(['none', 'sha256-hex', 'sha256-base64', 'hmac-sha256-base64', 'wordpress']),
  }),
  Type.Object({
    algorithm: Type.Literal('firebase'),
    logN: Type.Integer(),
    r: Type.Integer(),
    p: Type.Integer(),
    /** With the project's separator at its end. */
    salt: Bytes,
    signerKey: Bytes,
  }),
  Type.Object({
    algorithm: Type.Enum(['pbkdf2-sha1', 'pbkdf2-sha256', 'pbkdf2-sha512']),
    iterations: Type.Integer(),
    salt: Bytes,
    length: Type.Integer(),
  }),
  Type.Object({ algorithm: Type.Literal('phpass'), logRounds: Type.Integer(), salt: Bytes }),
  Type.Object({
    algorithm: Type.Literal('scrypt'),
    logN: Type.Integer(),
    r: Type.Integer(),
    p: Type.Integer(),
    salt: Bytes,
    length: Type.Integer(),
    /** The password is normalized to NFKC before it is hashed. */
    isNormalized: Type.Boolean(),
  }),
])

/** A check ends within a sign-in's patience: about half a second of a core (docs/adr/0090), and 128 MiB. */
const most = {
  argon2Passes: 10,
  argon2Lanes: 16,
  bcryptCost: 13,
  bytes: 128 * 1024 * 1024,
  pbkdf2Sha512: 1_000_000,
  pbkdf2: 2_000_000,
  phpassLogRounds: 17,
}

/** Bytes of a salt, a key or a digest. */
const mostBytes = 128
const fewestDigestBytes = 12

/** Pure: a hash that can be checked within the limits, or the limit that it exceeds. */
export function accepted(recipe: Recipe, digest: Buffer): Reading {
  if (digest.length < fewestDigestBytes || digest.length > mostBytes) {
    return refused(`the digest must have ${fewestDigestBytes} to ${mostBytes} bytes`)
  }
  if (recipe.salt.length > (mostBytes * 4) / 3)
    return refused(`the salt must have at most ${mostBytes} bytes`)
  const limit = exceededLimit(recipe)
  return limit === null ? { kind: 'hash', hash: { recipe, digest } } : refused(limit)
}

export function refused(reason: string): Reading {
  return { kind: 'refused', reason }
}

/** Pure: how much work a check is. Comparable between recipes of one algorithm only. */
export function workOf(recipe: Recipe): number {
  switch (recipe.algorithm) {
    case 'argon2d':
    case 'argon2i':
    case 'argon2id':
      return recipe.memoryKib * recipe.passes
    case 'bcrypt':
      return 2 ** recipe.cost
    case 'firebase':
    case 'scrypt':
      return 2 ** recipe.logN * recipe.r * recipe.p
    case 'pbkdf2-sha1':
    case 'pbkdf2-sha256':
    case 'pbkdf2-sha512':
      return recipe.iterations * blocksOf(recipe)
    case 'phpass':
      return 2 ** recipe.logRounds
  }
}

function exceededLimit(recipe: Recipe): string | null {
  switch (recipe.algorithm) {
    case 'argon2d':
    case 'argon2i':
    case 'argon2id':
      return fitsArgon2(recipe) ? null : limits.argon2
    case 'bcrypt':
      return isBetween(recipe.cost, 4, most.bcryptCost) ? null : limits.bcrypt
    case 'firebase':
    case 'scrypt':
      return fitsScrypt(recipe) ? null : limits.scrypt
    case 'pbkdf2-sha1':
    case 'pbkdf2-sha256':
      return isBetween(workOf(recipe), 1, most.pbkdf2) ? null : limits.pbkdf2
    case 'pbkdf2-sha512':
      return isBetween(workOf(recipe), 1, most.pbkdf2Sha512) ? null : limits.pbkdf2Sha512
    case 'phpass':
      return isBetween(recipe.logRounds, 7, most.phpassLogRounds) ? null : limits.phpass
  }
}

const limits = {
  argon2: `argon2 may use at most 128 MiB, ${most.argon2Passes} passes and ${most.argon2Lanes} lanes`,
  bcrypt: `the cost of bcrypt must be 4 to ${most.bcryptCost}`,
  pbkdf2: `PBKDF2 may use at most ${most.pbkdf2} iterations, for all blocks of its output together`,
  pbkdf2Sha512: `PBKDF2 with SHA-512 may use at most ${most.pbkdf2Sha512} iterations, for all blocks of its output together`,
  phpass: `phpass must use 2^7 to 2^${most.phpassLogRounds} rounds`,
  scrypt: 'scrypt may use at most 128 MiB for all of its p together, and ln must be less than 16 r',
}

type Argon2Costs = { memoryKib: number; passes: number; lanes: number }

function fitsArgon2({ memoryKib, passes, lanes }: Argon2Costs): boolean {
  const areWithin = isBetween(passes, 1, most.argon2Passes) && isBetween(lanes, 1, most.argon2Lanes)
  return areWithin && memoryKib >= 8 * lanes && memoryKib * 1024 <= most.bytes
}

/** RFC 7914 §2: N is less than 2^(128 * r / 8). */
function fitsScrypt({ logN, r, p }: { logN: number; r: number; p: number }): boolean {
  return logN >= 1 && r >= 1 && p >= 1 && logN < 16 * r && 128 * 2 ** logN * r * p <= most.bytes
}

function isBetween(value: number, least: number, most: number): boolean {
  return value >= least && value <= most
}

/** PBKDF2 runs all its iterations for each block of output (RFC 8018 §5.2). */
function blocksOf({ algorithm, length }: { algorithm: string; length: number }): number {
  const blockBytes = algorithm === 'pbkdf2-sha1' ? 20 : algorithm === 'pbkdf2-sha256' ? 32 : 64
  return Math.ceil(length / blockBytes)
}
