import { rotate, rotateSigned, service } from '../contestants/all.ts'
import type { Contestant } from '../contestants/contestant.ts'
import type { Message } from '../load/job.ts'
import { userAgent } from '../seed/sessions.ts'
import { expectStatus } from './answers.ts'
import type { Entry, Material, Row } from './row.ts'
import { firstOf } from './verify.ts'

const path = '/v1/auth/refresh'

/**
 * How many times as long as others. A refresh goes through more code than all else here: in a full run whose warm-up was
 * two seconds long (2026-11-28) it took 0.34 ms of processor time in the first turn and 0.22 in the last, twenty seconds
 * of load later, and the floors the same in all.
 */
export const refreshWarmUp = 10

/** Refresh: each request spends the newest token of its session. */
export function refreshRow(material: Material): Row {
  const { seed } = material
  const floorTokens = seed.floorSessions
    .slice(0, seed.refreshable.length)
    .map(session => session.refreshToken)
  const figure = 'requestsPerSecond'
  return {
    id: 'refresh',
    title: 'Refresh',
    about:
      'Each request spends the newest token of its session, over thousands of sessions in turn, by the browser that signed in. The floors read and change one row by primary key, and the second also signs an access token and writes to Redis; none of them seals a successor, knows a grace, or asks what revokes in bulk.',
    warmUp: refreshWarmUp,
    entries: [
      refreshEntry(
        service,
        material,
        seed.refreshable.map(session => session.refreshToken),
      ),
      refreshEntry(rotate, material, floorTokens),
      refreshEntry(rotateSigned, material, floorTokens),
    ],
    ratios: [
      { of: service.name, to: rotate.name, figure, target: { atLeast: 0.45, wanted: 0.65 } },
      { of: service.name, to: rotateSigned.name, figure, target: { atLeast: 0.75, wanted: 0.9 } },
    ],
  }
}

/** The first token is spent by the check. */
export function refreshEntry(contestant: Contestant, { files }: Material, tokens: readonly string[]): Entry {
  const rest = tokens.slice(1)
  return {
    name: contestant.name,
    contestant,
    async check({ url }) {
      const answer = await expectStatus(url, refreshMessage(firstOf(tokens)), 200)
      const { refreshToken }: { refreshToken: string } = JSON.parse(answer)
      await expectStatus(url, refreshMessage(refreshToken), 200)
      await expectStatus(url, refreshMessage(`${refreshToken.slice(0, -8)}AAAAAAAA`), 401)
    },
    prepare: async () => ({
      work: { kind: 'chain', tokens: files.tokens(rest), path, userAgent },
      expect: [200],
    }),
  }
}

function refreshMessage(refreshToken: string): Message {
  return {
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', 'user-agent': userAgent },
    body: JSON.stringify({ refreshToken }),
  }
}
