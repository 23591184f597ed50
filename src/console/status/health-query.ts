import { setClockBy } from '@latchkey/react/parts'

export type Health = 'fine' | 'redis_down' | 'redis_recovering' | 'no_database' | 'unreachable'

export const healthKey = ['health'] as const

/** Needs neither a store nor a signed-in user. */
export async function askHealth(): Promise<Health> {
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
