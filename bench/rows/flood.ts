import { service } from '../contestants/all.ts'
import { bearer, verifyMessage } from './answers.ts'
import type { Entry, Material, Plan, Row } from './row.ts'
import { signIns } from './sign-in.ts'
import { checkSession, cycle, firstOf } from './verify.ts'

/** More than can be hashed at once; what is too much is refused. */
const floodConnections = 32
const pacedRequestsPerSecond = 1_000

/** Verify while a flood of sign-ins comes in: who is signed in must not feel it. */
export function floodRow(material: Material): Row {
  return {
    id: 'flood',
    title: 'Verify under a flood of sign-ins',
    about:
      'The time within which 99 of 100 questions are answered, alone and while sign-ins come in over 32 connections as fast as they are answered; once with all connections busy all the time, and once with 1,000 questions a second. Hashing has the same core as everything else.',
    entries: [
      entry('calm', material, 'saturated', false),
      entry('under the flood', material, 'saturated', true),
      entry('calm, 1,000 a second', material, 'paced', false),
      entry('under the flood, 1,000 a second', material, 'paced', true),
    ],
    ratios: [
      { of: 'under the flood', to: 'calm', figure: 'p99Ms', target: { atMost: 2, wanted: 1.3 } },
      { of: 'under the flood, 1,000 a second', to: 'calm, 1,000 a second', figure: 'p99Ms' },
    ],
  }
}

function entry(name: string, { seed, files }: Material, how: 'saturated' | 'paced', flooded: boolean): Entry {
  const messages = [verifyMessage(bearer(firstOf(seed.sessions).accessToken))]
  const flood = signIns(seed.people.slice(seed.people.length / 2))
  return {
    name,
    contestant: service,
    check: running => checkSession(running, seed),
    async prepare(): Promise<Plan> {
      const file = files.messages(messages)
      const work: Plan['work'] =
        how === 'saturated'
          ? cycle(file)
          : { kind: 'paced', messages: file, requestsPerSecond: pacedRequestsPerSecond }
      const plan: Plan = { work, expect: [204] }
      if (!flooded) return plan
      return {
        ...plan,
        meanwhile: {
          work: { kind: 'spend', messages: files.messages(flood) },
          expect: [200, 429, 503],
          connections: floodConnections,
        },
      }
    },
  }
}
