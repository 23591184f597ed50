import { useQuery } from '@tanstack/react-query'
import { Warning } from '../controls/icons.tsx'
import { usePollMs } from '../shell/presence.ts'
import { setClockBy } from '../time/clock.ts'

export type Health = 'fine' | 'redis_down' | 'redis_recovering' | 'no_database' | 'unreachable'

export const healthKey = ['health'] as const

/** Needs neither a store nor a signed-in user. */
async function askHealth(): Promise<Health> {
  try {
    const answer = await fetch('/health/ready', { signal: AbortSignal.timeout(4_000) })
    setClockBy(answer)
    const { postgres, redis }: { postgres: string; redis: string } = await answer.json()
    if (postgres === 'down') return 'no_database'
    if (redis === 'down') return 'redis_down'
    return redis === 'recovering' ? 'redis_recovering' : 'fine'
  } catch {
    return 'unreachable'
  }
}

/** Whether the notice reports an outage. It does the polling; this reads what it learned. */
export function useIsOutageKnown(): boolean {
  const { data } = useQuery({ queryKey: healthKey, queryFn: askHealth, enabled: false })
  return data === 'no_database' || data === 'unreachable'
}

/** `unknown`: the page has not learned yet whether a user is signed in. */
export type Audience = 'unknown' | 'visitor' | 'user' | 'operator'

type Notice = { tone: 'mild' | 'strong'; text: string }

const consequences: Record<Audience, string> = {
  unknown: 'This page keeps trying.',
  visitor: 'You can’t sign in right now. This page keeps trying.',
  user: 'You’re still signed in, but changes can’t be saved. This page keeps trying.',
  operator: 'You’re still signed in, but changes can’t be saved. This page keeps trying.',
}

/** Null: nothing that this audience can act on. Redis, and the names of stores, concern operators only. */
export function noticeFor(health: Health, audience: Audience): Notice | null {
  switch (health) {
    case 'fine':
      return null
    case 'redis_down':
    case 'redis_recovering': {
      if (audience !== 'operator') return null
      const state = health === 'redis_down' ? 'down' : 'recovering'
      return { tone: 'mild', text: `Redis is ${state}. Sessions are read from Postgres until it is back.` }
    }
    case 'no_database': {
      const cause = audience === 'operator' ? 'Postgres is down.' : 'The service is temporarily unavailable.'
      return { tone: 'strong', text: `${cause} ${consequences[audience]}` }
    }
    case 'unreachable':
      return { tone: 'strong', text: `The service can’t be reached. ${consequences[audience]}` }
  }
}

/** `isHidden`: something else on the page says the same. */
export function HealthNotice({ audience, isHidden = false }: { audience: Audience; isHidden?: boolean }) {
  const refetchInterval = usePollMs(3_000)
  const { data = 'fine' } = useQuery({ queryKey: healthKey, queryFn: askHealth, refetchInterval })
  const notice = isHidden ? null : noticeFor(data, audience)
  return (
    <div role="status">
      {notice !== null && (
        <p className={notice.tone === 'strong' ? 'notice strong' : 'notice'}>
          <Warning />
          <span>{notice.text}</span>
        </p>
      )}
    </div>
  )
}
