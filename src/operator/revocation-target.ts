import { normaliseNetwork } from '../access/address.ts'
import type { Instant } from '../clock.ts'
import type { Policies } from '../session/policy.ts'

/** The ways to select sessions for a revocation. */
export const revocationStrategies = ['session', 'user', 'client_type', 'ip', 'issued_before', 'all'] as const

export type RevocationStrategy = (typeof revocationStrategies)[number]

/** The selected sessions. */
export type RevocationTarget =
  | { strategy: 'session'; sessionId: string }
  | { strategy: 'user'; userId: string }
  | { strategy: 'client_type'; clientType: string }
  /** An address, or a network like 192.0.2.0/24. */
  | { strategy: 'ip'; network: string }
  | { strategy: 'issued_before'; before: Instant }
  | { strategy: 'all' }

export type TargetReading =
  | { kind: 'target'; target: RevocationTarget }
  /** The expected value, never the actual one. */
  | { kind: 'unfit'; message: string }

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/i

/**
 * Parses the operator's input. A typing error must not become a revocation that covers nothing, or one that
 * covers future sessions.
 */
export function readRevocationTarget(
  strategy: RevocationStrategy,
  value: string | null,
  { policies, now }: { policies: Policies; now: Instant },
): TargetReading {
  if (strategy === 'all') {
    return value === null ? fits({ strategy }) : unfit('must be left out: everything is meant')
  }
  if (value === null) return unfit('is required')
  switch (strategy) {
    case 'session':
      return uuid.test(value) ? fits({ strategy, sessionId: value }) : unfit('must be the UUID of a session')
    case 'user':
      return uuid.test(value) ? fits({ strategy, userId: value }) : unfit('must be the UUID of a user')
    case 'client_type':
      return policies.has(value)
        ? fits({ strategy, clientType: value })
        : unfit(`must be one of ${[...policies.keys()].join(', ')}`)
    case 'ip': {
      const network = normaliseNetwork(value)
      return network === null
        ? unfit('must be an address, or a network like 192.0.2.0/24')
        : fits({ strategy, network })
    }
    case 'issued_before':
      return readBefore(value, now)
  }
}

function readBefore(value: string, now: Instant): TargetReading {
  const before = dateTime.test(value) ? Date.parse(value) : Number.NaN
  if (!(before >= 0)) return unfit('must be a time like 2026-01-31T12:00:00Z')
  return before > now ? unfit('must not lie in the future') : fits({ strategy: 'issued_before', before })
}

function fits(target: RevocationTarget): TargetReading {
  return { kind: 'target', target }
}

function unfit(message: string): TargetReading {
  return { kind: 'unfit', message }
}
