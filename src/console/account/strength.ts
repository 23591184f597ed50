import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common'

/** In code points. An estimate of a longer text can take seconds (ADR 23), and says no less than one of its beginning. */
const judgedLength = 32

const zxcvbn = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs })

/** How hard the password is to guess, from 0 to 4. Parts of the email make it no harder. */
export function scoreOf(password: string, email: string): number {
  const judged = [...password].slice(0, judgedLength).join('')
  return zxcvbn.check(judged, [email, ...email.split(/[@.]/)]).score
}
