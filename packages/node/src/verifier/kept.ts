import { createHash } from 'node:crypto'
import QuickLRU from 'quick-lru'
import type { SignedIn } from '../verdict/verdict.ts'
import type { Ask } from './asking.ts'

/** About 600 bytes each. */
const answersKept = 10_000

/** For so many seconds a yes, and only a yes, is used again. Keys are hashes, so that no token stays in memory. */
export function keepAnswers(ask: Ask, seconds: number): Ask {
  const answers = new QuickLRU<string, SignedIn>({ maxSize: answersKept, maxAge: seconds * 1_000 })
  return async (token, permission) => {
    const key = `${createHash('sha256').update(token).digest('base64')} ${permission ?? ''}`
    const known = answers.get(key)
    if (known !== undefined) return known
    const verdict = await ask(token, permission)
    if (verdict.kind === 'signed_in') answers.set(key, verdict)
    return verdict
  }
}
