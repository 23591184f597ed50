import { scryptHash } from './phc.ts'
import { type Reading, refused } from './recipe.ts'

/**
 * `salt:key` in hexadecimal, from scrypt of Node.js. The text does not say with which parameters, so a prefix must:
 * better-auth uses r 16 and normalizes the password; `crypto.scrypt` without options has r 8.
 */
const form = /^(?:(better-auth|node-scrypt)\$)?([0-9a-f]{16,128}):([0-9a-f]{64,256})$/

/** Pure. The salt is used as its hexadecimal text. */
export function readNodeScrypt(text: string): Reading | null {
  const [, system, salt, key] = form.exec(text) ?? []
  if (salt === undefined || key === undefined) return null
  if (system === undefined) {
    return refused('salt:key does not say how it was made: write better-auth$ or node-scrypt$ before it')
  }
  const isBetterAuth = system === 'better-auth'
  const costs = { logN: 14, r: isBetterAuth ? 16 : 8, p: 1, isNormalized: isBetterAuth }
  return scryptHash(costs, Buffer.from(salt), Buffer.from(key, 'hex'))
}
