import type { Clock } from '../clock.ts'
import type { Activity } from './activity.ts'
import type { Continuity } from './continuity.ts'
import type { SessionObserver } from './observer.ts'
import type { Policies } from './policy.ts'
import type { SessionCache, SessionStore } from './ports.ts'
import type { DenySet } from './revocation/deny-set.ts'
import type { Lease } from './revocation/lease.ts'
import type { Propagation } from './revocation/propagation.ts'
import type { RefreshCount } from './rotation/refresh-count.ts'
import type { AccessTokens } from './token/access-token.ts'
import type { SecretRing } from './token/secrets.ts'
import type { NearCache } from './verify/near-cache.ts'

export type SessionSettings = {
  policies: Policies
  /** Over all client types; a policy may set a lower one of its own. */
  maxSessionsPerUser: number
  rotationGraceSeconds: number
  cacheTtlSeconds: number
}

/** What the verbs work with. */
export type SessionContext = {
  settings: SessionSettings
  clock: Clock
  continuity: Continuity
  store: SessionStore
  cache: SessionCache
  nearCache: NearCache
  secrets: SecretRing
  accessTokens: AccessTokens
  activity: Activity
  refreshes: RefreshCount
  denySet: DenySet
  lease: Lease
  observer: SessionObserver
  propagation: Propagation
}
