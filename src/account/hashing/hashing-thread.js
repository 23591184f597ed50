// @ts-check
// Plain JavaScript, because a thread starts without the loaders of its process.
import { scryptSync, timingSafeEqual } from 'node:crypto'
import { hashSync, verifySync } from '@node-rs/argon2'
import bcrypt from 'bcryptjs'

/** @param {{ password: string, parameters: import('@node-rs/argon2').Options }} task */
export function hash({ password, parameters }) {
  return hashSync(password, parameters)
}

/** Of whatever format `hashFault` lets in. @param {{ passwordHash: string, password: string }} task */
export function verify({ passwordHash, password }) {
  if (passwordHash.startsWith('$2')) return bcrypt.compareSync(password, passwordHash)
  if (passwordHash.startsWith('$scrypt$')) return verifyScrypt(passwordHash, password)
  return verifySync(passwordHash, password)
}

/**
 * @param {string} passwordHash
 * @param {string} password
 */
function verifyScrypt(passwordHash, password) {
  const [, , settings = '', salt = '', digest = ''] = passwordHash.split('$')
  const [ln = 0, r = 0, p = 0] = settings.split(',').map(setting => Number(setting.split('=')[1]))
  const expected = Buffer.from(digest, 'base64')
  // What OpenSSL counts: N blocks and two to work in, and one for each lane.
  const cost = { N: 2 ** ln, r, p, maxmem: 128 * r * (2 ** ln + p + 2) }
  return timingSafeEqual(scryptSync(password, Buffer.from(salt, 'base64'), expected.length, cost), expected)
}
