import type { CommonPasswords } from './common-passwords.ts'
import { isMadeOfRuns, repeatedPiece } from './predictable-passwords.ts'

/** Longer ones are refused, never cut: whoever means to sign in with all of it shall not do so with a part. */
export const longestPassword = 1_024

/** In UTF-16 units, of which a character has two at most. */
const longestCompared = 2 * longestPassword

/** A date, written out. What is longer than this around a common word makes another password of it. */
const longestDecoration = 8
const shortestWord = 4

/**
 * Why a new password is not acceptable, in words for the person; null when it is. Lengths are in Unicode code points,
 * any of which will do, and nobody has to mix kinds of them. (NIST SP 800-63B-4 §3.1.1.2, ASVS 5.0 §6.2)
 */
export function weaknessOf(
  password: string,
  email: string,
  rules: { shortest: number; common: CommonPasswords },
): string | null {
  const { length } = [...password]
  if (length < rules.shortest) {
    return `The password is too short: use at least ${rules.shortest} characters.`
  }
  if (length > longestPassword) {
    return `The password is too long: use at most ${longestPassword} characters.`
  }
  const whole = folded(password)
  const cores = [whole, undecorated(whole)]
  const pieces = cores.map(repeatedPiece)
  const forms = [...cores, ...pieces]
  if (forms.some(form => rules.common.has(form))) {
    return 'The password is a common one, or a common one repeated or with digits or signs around it: choose another one.'
  }
  if (pieces.some((piece, at) => piece !== cores[at] && [...piece].length < rules.shortest)) {
    return 'The password is a short text again and again: choose another one.'
  }
  if (cores.some(isMadeOfRuns)) {
    return 'The password follows the keyboard, the digits or the alphabet: choose another one.'
  }
  const address = folded(email)
  const local = address.slice(0, address.lastIndexOf('@'))
  if (forms.some(form => [address, local, undecorated(local)].includes(form))) {
    return 'The password is your email address, or its first part: choose another one.'
  }
  return null
}

/**
 * For comparing only: a guesser tries capitals and full-width letters, too (UAX #15). One character may become eighteen;
 * what is past the longest password that does not grow is not compared.
 */
function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase().slice(0, longestCompared)
}

/** Without the digits and signs at both ends, where they are what people add when they are told to. */
function undecorated(text: string): string {
  const characters = [...text]
  const first = characters.findIndex(isLetter)
  const core = characters.slice(Math.max(0, first), characters.findLastIndex(isLetter) + 1).join('')
  const isDecorated = core.length >= shortestWord && text.length - core.length <= longestDecoration
  return isDecorated ? core : text
}

function isLetter(character: string): boolean {
  return /\p{L}/u.test(character)
}
