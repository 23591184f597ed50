// @ts-check
// Plain JavaScript, because a thread starts without the loaders of its process.
import { hashSync, verifySync } from '@node-rs/argon2'
import { importedDigest } from './imported-digest.js'

/** @param {{ password: string, parameters: import('@node-rs/argon2').Options }} task */
export function hash({ password, parameters }) {
  return hashSync(password, parameters)
}

/** @param {{ passwordHash: string, password: string }} task argon2, in the PHC string format */
export function verify({ passwordHash, password }) {
  return verifySync(passwordHash, password)
}

/** @param {{ recipe: import('./imported/recipe.ts').Recipe, password: string }} task */
export function digest({ recipe, password }) {
  return importedDigest(recipe, password)
}
