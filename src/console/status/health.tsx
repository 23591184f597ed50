import { icons, usePollMs } from '@latchkey/react/parts'
import { useQuery } from '@tanstack/react-query'
import { useText } from '../text/text.tsx'
import { askHealth, type Health, healthKey } from './health-query.ts'
import { useIsClaimed } from './outage-report.tsx'

/** `unknown`: the page has not learned yet whether a user is signed in. */
export type Audience = 'unknown' | 'visitor' | 'user' | 'operator'

type Consequence = 'health.unknown' | 'health.visitor' | 'health.user'
type Notice = { tone: 'mild' | 'strong' } & (
  | { key: 'health.redis-down' | 'health.redis-recovering' }
  | { key: 'health.postgres-down' | 'health.unavailable' | 'health.unreachable'; consequence: Consequence }
)

const consequences: Record<Audience, Consequence> = {
  unknown: 'health.unknown',
  visitor: 'health.visitor',
  user: 'health.user',
  operator: 'health.user',
}

/** Null: nothing that this audience can act on. Redis, and the names of stores, concern operators only. */
export function noticeFor(health: Health, audience: Audience): Notice | null {
  const consequence = consequences[audience]
  switch (health) {
    case 'fine':
      return null
    case 'redis_down':
    case 'redis_recovering':
      if (audience !== 'operator') return null
      return {
        tone: 'mild',
        key: health === 'redis_down' ? 'health.redis-down' : 'health.redis-recovering',
      }
    case 'no_database':
      return {
        tone: 'strong',
        key: audience === 'operator' ? 'health.postgres-down' : 'health.unavailable',
        consequence,
      }
    case 'unreachable':
      return { tone: 'strong', key: 'health.unreachable', consequence }
  }
}

/** Reports an outage, unless a component of the page does so itself. */
export function HealthNotice({ audience }: { audience: Audience }) {
  const { text } = useText()
  const refetchInterval = usePollMs(3_000)
  const { data = 'fine' } = useQuery({ queryKey: healthKey, queryFn: askHealth, refetchInterval })
  const notice = useIsClaimed() ? null : noticeFor(data, audience)
  return (
    <div role="status" className="lk-status">
      {notice !== null && (
        <p className={notice.tone === 'strong' ? 'lk-notice lk-strong' : 'lk-notice'}>
          <icons.Warning />
          <span>
            {'consequence' in notice
              ? text(notice.key, { consequence: text(notice.consequence) })
              : text(notice.key)}
          </span>
        </p>
      )}
    </div>
  )
}
