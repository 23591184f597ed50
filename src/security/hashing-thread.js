// @ts-check
// Plain JavaScript, because a thread starts without the loaders of its process.
import { hashSync, verifySync } from '@node-rs/argon2'

/** @param {{ password: string, parameters: import('@node-rs/argon2').Options }} task */
export function hash({ password, parameters }) {
  return hashSync(password, parameters)
}

/** @param {{ passwordHash: string, password: string }} task */
export function verify({ passwordHash, password }) {
  return verifySync(passwordHash, password)
}
