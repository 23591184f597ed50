import { createClock } from '../../clock.ts'

/** Milliseconds after which a refused command counts no more: the rights may have been given since. */
const rememberedMs = 600_000

/** What the user of Redis may not do (ACL), as far as it has been refused. */
export type RedisRights = {
  /** True when Redis refused the command for lack of rights; then it is remembered. */
  isRefusal(error: unknown): boolean
  /** Null: nothing was refused. */
  refusal(): string | null
  forget(): void
}

export function createRedisRights(now: () => number = createClock().monotonic): RedisRights {
  let latest: { reason: string; at: number } | null = null
  return {
    isRefusal(error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOPERM')) return false
      latest = {
        reason: `${error.message}; docs/operate/deployment.md has the rights that are needed`,
        at: now(),
      }
      return true
    },
    refusal: () => (latest !== null && now() - latest.at < rememberedMs ? latest.reason : null),
    forget() {
      latest = null
    },
  }
}
