import { createClock } from '../../clock.ts'

/** Milliseconds after which a denied command is forgotten: the rights may have been granted since. */
const rememberedMs = 600_000

/** Commands that the Redis user was denied (ACL). */
export type RedisRights = {
  /** True if Redis denied the command for lack of rights, which is then remembered. */
  isRefusal(error: unknown): boolean
  /** Null if nothing was denied. */
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
