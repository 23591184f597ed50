import { isKnown } from '../contestants/latchkey.ts'
import { floodRow } from './flood.ts'
import { garbageRow } from './garbage.ts'
import { listRow } from './list.ts'
import { nearCacheRow } from './near-cache.ts'
import { redisAwayRow } from './redis-away.ts'
import { refreshRow } from './refresh.ts'
import { revokeRow } from './revoke.ts'
import type { Material, Row } from './row.ts'
import { signInRow } from './sign-in.ts'
import { verifyRow } from './verify.ts'

/** What is measured, in the order of the document. */
export const rows: Record<string, (material: Material) => Row> = {
  verify: verifyRow,
  // Only where the service has it.
  ...(isKnown('NEAR_CACHE_MAX_SESSIONS') ? { 'near-cache': nearCacheRow } : {}),
  'verify-redis-away': redisAwayRow,
  garbage: garbageRow,
  refresh: refreshRow,
  'sign-in': signInRow,
  list: listRow,
  revoke: revokeRow,
  flood: floodRow,
}
