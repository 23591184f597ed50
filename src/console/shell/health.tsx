import { useQuery } from '@tanstack/react-query'
import { Warning } from '../controls/icons.tsx'
import { setClockBy } from '../time/clock.ts'
import { usePollMs } from './presence.ts'

type Health = 'fine' | 'no_cache' | 'no_database' | 'unreachable'

/** Asked of the service itself, which needs no store to answer; nobody has to be signed in for it. */
async function askHealth(): Promise<Health> {
  try {
    const answer = await fetch('/health/ready', { signal: AbortSignal.timeout(4_000) })
    setClockBy(answer)
    const { postgres, redis }: { postgres: string; redis: string } = await answer.json()
    if (postgres === 'down') return 'no_database'
    return redis === 'down' || redis === 'recovering' ? 'no_cache' : 'fine'
  } catch {
    return 'unreachable'
  }
}

const notices: Record<Exclude<Health, 'fine'>, string> = {
  no_cache: 'Part of the service is recovering. Everything works, perhaps a little slower.',
  no_database:
    'The service cannot reach its database. You stay signed in; what you see may be old, and changes have to wait. It tries again by itself.',
  unreachable: 'The service cannot be reached. You stay signed in; this page tries again by itself.',
}

export function HealthNotice() {
  const refetchInterval = usePollMs(3_000)
  const { data = 'fine' } = useQuery({ queryKey: ['health'], queryFn: askHealth, refetchInterval })
  return (
    <div role="status">
      {data !== 'fine' && (
        <p className={data === 'no_cache' ? 'notice' : 'notice strong'}>
          <Warning />
          <span>{notices[data]}</span>
        </p>
      )}
    </div>
  )
}
