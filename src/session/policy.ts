import type { Instant } from '../clock.ts'
import type { RevocationReason, SessionState } from './session.ts'

/** Lifetimes and limits of one client type. All durations in seconds. */
export type Policy = {
  idleTimeoutSeconds: number
  absoluteTimeoutSeconds: number
  accessTokenTtlSeconds: number
  refreshTokenTtlSeconds: number
  /** Of this client type; null: only the limit over all client types holds. */
  maxSessions: number | null
  /** Only users with one of these roles may sign in with this client type; null: everyone. */
  roles: readonly string[] | null
  /** Whether a refresh alone keeps the session from going idle. */
  refreshIsActivity: boolean
}

export type Policies = ReadonlyMap<string, Policy>

/** For teams that configure nothing. */
export const defaultPolicies = {
  web: { idleTimeoutSeconds: 604_800, absoluteTimeoutSeconds: 2_592_000 },
  portal: { idleTimeoutSeconds: 1_800, absoluteTimeoutSeconds: 86_400 },
  mobile: { idleTimeoutSeconds: 7_200, absoluteTimeoutSeconds: 2_592_000 },
  workstation: { idleTimeoutSeconds: 28_800, absoluteTimeoutSeconds: 86_400 },
  field: { idleTimeoutSeconds: 14_400, absoluteTimeoutSeconds: 86_400 },
  kiosk: { idleTimeoutSeconds: 1_200, absoluteTimeoutSeconds: 86_400 },
}

/** How often the activity buffer is written; an activity can be this late in Postgres. */
export const activityFlushSeconds = 5

/** An activity is noted at most once per this many seconds and session. */
export function activityStepSeconds(policy: Policy): number {
  return Math.min(60, policy.idleTimeoutSeconds / 20)
}

/** The idle limit as it is judged: what is not yet written down must not sign anybody out. */
export function idleLimitMs(policy: Policy): number {
  return (policy.idleTimeoutSeconds + activityStepSeconds(policy) + activityFlushSeconds) * 1000
}

/** Milliseconds between two instants during which the database could not be used: time that does not count. */
export type Downtime = (from: Instant, to: Instant) => number

/** The latest instant before `now` from which that many milliseconds count. */
export type Before = (now: Instant, countedMs: number) => Instant

/** Whether the grace of a rotation still runs. It stands still during an outage, and never begins anew. */
export function isInGrace(
  rotatedAt: Instant,
  now: Instant,
  graceSeconds: number,
  downtime: Downtime,
): boolean {
  return now - rotatedAt - downtime(rotatedAt, now) < graceSeconds * 1000
}

export type SessionVerdict =
  | { kind: 'live' }
  | { kind: 'revoked'; reason: RevocationReason }
  | { kind: 'expired'; limit: 'idle' | 'absolute' }

/** Judges a session by its state alone; a client type that is no longer configured has no lifetime left. */
export function checkSession(
  session: SessionState,
  policy: Policy | undefined,
  now: Instant,
  downtime: Downtime,
): SessionVerdict {
  if (session.revokedAt !== null) return { kind: 'revoked', reason: session.revokedReason ?? 'admin' }
  if (session.cutOff) return { kind: 'revoked', reason: 'bulk' }
  if (session.user === null) return { kind: 'revoked', reason: 'user_deleted' }
  if (session.user.disabled) return { kind: 'revoked', reason: 'user_disabled' }
  if (policy === undefined || now >= session.expiresAt) return { kind: 'expired', limit: 'absolute' }
  const idleMs = now - session.lastActivityAt - downtime(session.lastActivityAt, now)
  if (idleMs >= idleLimitMs(policy)) return { kind: 'expired', limit: 'idle' }
  return { kind: 'live' }
}

/** Per client type: a session with no activity since then is idle past its limit. */
export type IdleDeadlines = readonly { clientType: string; activeSince: Instant }[]

/** For statements that count or list live sessions; judged with the slack of `idleLimitMs`, like verify. */
export function idleDeadlines(policies: Policies, now: Instant, before: Before): IdleDeadlines {
  return [...policies].map(([clientType, policy]) => ({
    clientType,
    activeSince: before(now, idleLimitMs(policy)),
  }))
}
