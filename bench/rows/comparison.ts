import { latchkey } from '../contestants/latchkey.ts'
import { garbageEntry, randomToken } from './garbage.ts'
import { withoutCache } from './redis-away.ts'
import { refreshEntry, refreshWarmUp } from './refresh.ts'
import type { Entry, Material, Row } from './row.ts'
import { signInEntry, signInWarmUp } from './sign-in.ts'
import { firstOf, serviceEntry } from './verify.ts'

/** A ratio of medians below this is a regression. */
const target = { atLeast: 0.97, wanted: 1 }

type Setup = { redis: 'up' | 'none'; nearCacheMaxSessions?: number }

/** The service beside another build of it, such as an earlier release: the two take turns at the same work. */
export function comparisonRows(dist: string): Record<string, (material: Material) => Row> {
  function row(
    id: string,
    title: string,
    setup: Setup,
    warmUp: number,
    entry: (material: Material, contestant: ReturnType<typeof latchkey>) => Entry,
  ) {
    const own = latchkey(`${title}: this build`, setup)
    const other = latchkey(`${title}: the other build`, { ...setup, dist })
    return (material: Material): Row => ({
      id,
      title,
      about: 'The same work by two builds, in turns.',
      warmUp,
      isComparison: true,
      entries: [entry(material, own), entry(material, other)],
      ratios: [{ of: own.name, to: other.name, figure: 'requestsPerSecond', target }],
    })
  }
  return {
    verify: row('verify', 'Verify from Redis', { redis: 'up' }, 1, (material, contestant) =>
      serviceEntry(contestant.name, material, material.seed.sessions.slice(0, 1), contestant),
    ),
    'verify-many': row('verify-many', 'Verify of many sessions', { redis: 'up' }, 1, (material, contestant) =>
      serviceEntry(contestant.name, material, material.seed.sessions, contestant),
    ),
    'near-cache': row(
      'near-cache',
      'Verify from memory',
      { redis: 'up', nearCacheMaxSessions: 100_000 },
      1,
      (material, contestant) =>
        serviceEntry(contestant.name, material, material.seed.sessions.slice(0, 1), contestant),
    ),
    'verify-no-redis': row(
      'verify-no-redis',
      'Verify without Redis',
      { redis: 'none' },
      1,
      (material, contestant) =>
        withoutCache(
          serviceEntry(contestant.name, material, material.seed.sessions.slice(0, 1_000), contestant),
        ),
    ),
    garbage: row('garbage', 'Verify of garbage', { redis: 'up' }, 1, (material, contestant) => {
      const { length } = firstOf(material.seed.sessions).accessToken
      const tokens = Array.from({ length: 1_000 }, () => randomToken(length))
      return garbageEntry(contestant.name, material, tokens, contestant)
    }),
    refresh: row('refresh', 'Refresh', { redis: 'up' }, refreshWarmUp, (material, contestant) =>
      refreshEntry(
        contestant,
        material,
        material.seed.refreshable.map(session => session.refreshToken),
      ),
    ),
    'sign-in': row('sign-in', 'Sign-in', { redis: 'up' }, signInWarmUp, signInEntry),
  }
}
