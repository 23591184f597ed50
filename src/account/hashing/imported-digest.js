// @ts-check
// Plain JavaScript, because a thread starts without the loaders of its process.
import { createCipheriv, createHash, createHmac, pbkdf2Sync, scryptSync } from 'node:crypto'
import { hashRawSync } from '@node-rs/argon2'

/** @typedef {import('./imported/recipe.ts').Recipe} Recipe */

/**
 * What another system's hash makes of a password.
 *
 * @param {Recipe} recipe
 * @param {string} password
 * @returns {Promise<Buffer>}
 */
export async function importedDigest(recipe, password) {
  switch (recipe.algorithm) {
    case 'argon2d':
    case 'argon2i':
    case 'argon2id':
      return argon2(recipe, password)
    case 'bcrypt':
      return await bcrypt(recipe, password)
    case 'firebase':
      return firebase(recipe, password)
    case 'pbkdf2-sha1':
    case 'pbkdf2-sha256':
    case 'pbkdf2-sha512': {
      const { algorithm, iterations, salt, length } = recipe
      return pbkdf2Sync(password, fromBase64(salt), iterations, length, algorithm.slice('pbkdf2-'.length))
    }
    case 'phpass':
      return phpass(recipe, password)
    case 'scrypt':
      return scrypt(recipe, recipe.isNormalized ? password.normalize('NFKC') : password, recipe.length)
  }
}

/** @param {string} text */
function fromBase64(text) {
  return Buffer.from(text, 'base64')
}

const variants = { argon2d: 0, argon2i: 1, argon2id: 2 }

/**
 * @param {Extract<Recipe, { version: 16 | 19 }>} recipe
 * @param {string} password
 */
function argon2({ algorithm, version, memoryKib, passes, lanes, salt, length }, password) {
  return hashRawSync(password, {
    algorithm: variants[algorithm],
    version: version === 16 ? 0 : 1,
    memoryCost: memoryKib,
    timeCost: passes,
    parallelism: lanes,
    salt: fromBase64(salt),
    outputLen: length,
  })
}

/**
 * @param {{ logN: number, r: number, p: number, salt: string }} recipe
 * @param {string} password
 * @param {number} length
 */
function scrypt({ logN, r, p, salt }, password, length) {
  // What OpenSSL counts: N blocks and two to work in, and one for each lane.
  const cost = { N: 2 ** logN, r, p, maxmem: 128 * r * (2 ** logN + p + 2) }
  return scryptSync(password, fromBase64(salt), length, cost)
}

/**
 * Firebase encrypts the project's signer key with what scrypt makes of the password (github.com/firebase/scrypt).
 *
 * @param {Extract<Recipe, { algorithm: 'firebase' }>} recipe
 * @param {string} password
 */
function firebase(recipe, password) {
  const key = scrypt(recipe, password, 32)
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16))
  return Buffer.concat([cipher.update(fromBase64(recipe.signerKey)), cipher.final()])
}

/**
 * @param {Extract<Recipe, { algorithm: 'phpass' }>} recipe
 * @param {string} password
 */
function phpass({ logRounds, salt }, password) {
  let digest = createHash('md5').update(fromBase64(salt)).update(password).digest()
  for (let round = 0; round < 2 ** logRounds; round++) {
    digest = createHash('md5').update(digest).update(password).digest()
  }
  return digest
}

/**
 * The 31 digits that stand behind the salt. The library is loaded for those who have imported such hashes only.
 *
 * @param {Extract<Recipe, { algorithm: 'bcrypt' }>} recipe
 * @param {string} password
 */
async function bcrypt({ cost, salt, prehash }, password) {
  const { hashSync } = await import('bcryptjs')
  const settings = `$2b$${String(cost).padStart(2, '0')}$${salt}`
  return Buffer.from(hashSync(prehashed(prehash, salt, password), settings).slice(-31))
}

/**
 * @param {Extract<Recipe, { algorithm: 'bcrypt' }>['prehash']} prehash
 * @param {string} salt
 * @param {string} password
 */
function prehashed(prehash, salt, password) {
  switch (prehash) {
    case 'none':
      return password
    case 'sha256-hex':
      return createHash('sha256').update(password).digest('hex')
    case 'sha256-base64':
      return createHash('sha256').update(password).digest('base64')
    case 'hmac-sha256-base64':
      return createHmac('sha256', salt).update(password).digest('base64')
    case 'wordpress':
      return createHmac('sha384', 'wp-sha384').update(password).digest('base64')
  }
}
