import { idleLimitMs, type Policies } from '../session/policy.ts'
import type { IdleLimits } from '../store/session/counts.ts'

/** Seconds: the longest among the client types. */
export function longest(
  policies: Policies,
  duration: 'accessTokenTtlSeconds' | 'absoluteTimeoutSeconds',
): number {
  return Math.max(...[...policies.values()].map(policy => policy[duration]))
}

export function idleLimits(policies: Policies): IdleLimits {
  return [...policies].map(([clientType, policy]) => ({ clientType, seconds: idleLimitMs(policy) / 1000 }))
}
