import type { AnswerTo } from '@latchkey/client'
import type { PlainText } from '../../text/keys.ts'

export type Standing = AnswerTo<'GET /v1/admin/status'>

export type Tone = 'good' | 'warn' | 'bad'

export type StoreState = { tone: Tone; state: PlainText; meaning: PlainText }

export const postgresStates: Record<Standing['postgres'], StoreState> = {
  up: { tone: 'good', state: 'stores.up', meaning: 'stores.postgres-up' },
  down: { tone: 'bad', state: 'stores.down', meaning: 'stores.postgres-down' },
}

export const redisStates: Record<Standing['redis'], StoreState> = {
  up: { tone: 'good', state: 'stores.up', meaning: 'stores.redis-up' },
  down: { tone: 'warn', state: 'stores.down', meaning: 'stores.redis-down' },
  recovering: { tone: 'warn', state: 'stores.recovering', meaning: 'stores.redis-recovering' },
  restricted: { tone: 'warn', state: 'stores.restricted', meaning: 'stores.redis-restricted' },
  off: { tone: 'good', state: 'stores.off', meaning: 'stores.redis-off' },
}

export function isFeedInSync({ feedAgeMs, revocationLeaseMs }: Standing): boolean {
  return feedAgeMs < revocationLeaseMs
}

/** "Is it healthy?" in one word. */
export type Verdict = { tone: Tone; title: PlainText; text: PlainText }

/** Pure: `standing` undefined while it is unknown. */
export function verdictOf(standing: Standing | undefined, isSilent: boolean): Verdict {
  if (isSilent) return { tone: 'bad', title: 'stores.silent', text: 'stores.silent-text' }
  if (standing === undefined) return { tone: 'good', title: 'stores.checking', text: 'overview.loading' }
  const tones = [
    postgresStates[standing.postgres].tone,
    redisStates[standing.redis].tone,
    isFeedInSync(standing) ? 'good' : 'bad',
  ]
  if (tones.includes('bad')) return { tone: 'bad', title: 'stores.broken', text: 'stores.broken-text' }
  if (tones.includes('warn')) return { tone: 'warn', title: 'stores.degraded', text: 'stores.degraded-text' }
  return { tone: 'good', title: 'stores.healthy', text: 'stores.healthy-text' }
}
