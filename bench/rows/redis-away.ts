import { select, serviceRedisStopped, serviceWithoutRedis } from '../contestants/all.ts'
import { bearer, checkVerify, verifyMessage } from './answers.ts'
import type { Entry, Material, Row } from './row.ts'
import { cycle, firstOf, serviceEntry } from './verify.ts'

/** So many that hardly any two questions at one time are about the same one, and could share a query. */
const sessionsAsked = 1_000

/** Verify when Redis cannot help: Postgres answers every question. */
export function redisAwayRow(material: Material): Row {
  const sessions = material.seed.sessions.slice(0, sessionsAsked)
  const figure = 'requestsPerSecond'
  return {
    id: 'verify-redis-away',
    title: 'Verify without Redis',
    about:
      'Every question goes to Postgres: because no Redis is configured, or because the one that is does not run. 1,000 sessions in turn. The floor is one `SELECT` by primary key.',
    entries: [
      serviceEntry(serviceWithoutRedis.name, material, sessions, serviceWithoutRedis),
      serviceEntry(serviceRedisStopped.name, material, sessions, serviceRedisStopped),
      selectEntry(material),
    ].map(withoutCache),
    ratios: [
      { of: serviceWithoutRedis.name, to: select.name, figure, target: { atLeast: 0.85, wanted: 0.95 } },
      { of: serviceRedisStopped.name, to: select.name, figure, target: { atLeast: 0.85, wanted: 0.95 } },
    ],
  }
}

/** There is no Redis to fill. */
export function withoutCache(entry: Entry): Entry {
  return { ...entry, prepare: running => entry.prepare({ ...running, redisUrl: null }) }
}

/** One SELECT, with requests as long as the service's: the id of a session, filled up to the length of a JWT. */
export function selectEntry({ seed, files }: Material): Entry {
  const { length } = firstOf(seed.sessions).accessToken
  const tokens = seed.floorSessions.slice(0, sessionsAsked).map(session => session.id.padEnd(length, '.'))
  const messages = tokens.map(token => verifyMessage(bearer(token)))
  return {
    name: select.name,
    contestant: select,
    check: ({ url }) =>
      checkVerify(url, {
        signedIn: { headers: bearer(firstOf(tokens)), userId: firstOf(seed.floorSessions).userId },
        garbage: bearer(crypto.randomUUID()),
      }),
    prepare: async () => ({ work: cycle(files.messages(messages)), expect: [200] }),
  }
}
