import { createHash } from 'node:crypto'
import { Redis } from 'ioredis'
import { securityHeaders } from '../../src/http/conventions/security-headers.ts'
import { bareFastify, peers, quickRedisGet, redisGet, service } from '../contestants/all.ts'
import type { Contestant, RunningContestant } from '../contestants/contestant.ts'
import type { Seed } from '../seed/seed.ts'
import type { MintedSession } from '../seed/sessions.ts'
import { fillSnapshots, snapshotOf } from '../seed/snapshots.ts'
import { bearer, checkVerify, expectStatus, verifyMessage } from './answers.ts'
import type { Entry, Material, Plan, Row } from './row.ts'

/** Verify with the session in the cache: what other services ask thousands of times a second. */
export function verifyRow(material: Material): Row {
  const { seed } = material
  const many = `Latchkey, ${seed.sessions.length.toLocaleString('en')} sessions`
  return {
    id: 'verify',
    title: 'Verify, the session is in the cache',
    about:
      'One session is asked about again and again; in one entry 50,000 different ones, each in turn. The floors do the least that an answer could take: nothing at all, or SHA-256 of the token, one `GET` and `JSON.parse`.',
    entries: [
      serviceEntry(service.name, material, seed.sessions.slice(0, 1)),
      serviceEntry(many, material, seed.sessions),
      fastifyEntry(material),
      redisEntry(redisGet, material),
      redisEntry(quickRedisGet, material),
      ...peers.map(contestant => peerEntry(contestant, material)),
    ],
    ratios: [
      {
        of: service.name,
        to: redisGet.name,
        figure: 'requestsPerSecond',
        target: { atLeast: 0.85, wanted: 0.95 },
      },
      {
        of: service.name,
        to: 'better-auth with Redis',
        figure: 'requestsPerSecond',
        target: { atLeast: 8, wanted: 12 },
      },
      { of: many, to: service.name, figure: 'requestsPerSecond', target: { atLeast: 0.85, wanted: 0.95 } },
      { of: service.name, to: quickRedisGet.name, figure: 'requestsPerSecond' },
      { of: service.name, to: bareFastify.name, figure: 'requestsPerSecond' },
      ...peers
        .filter(({ name }) => name !== 'better-auth with Redis')
        .map(({ name }) => ({ of: service.name, to: name, figure: 'requestsPerSecond' as const })),
    ],
  }
}

export function serviceEntry(
  name: string,
  { seed, files }: Material,
  sessions: readonly MintedSession[],
  contestant: Contestant = service,
): Entry {
  const messages = sessions.map(session => verifyMessage(bearer(session.accessToken)))
  return {
    name,
    contestant,
    check: running => checkSession(running, seed),
    async prepare({ redisUrl }) {
      if (redisUrl !== null) await fillSnapshots(redisUrl, seed.secret, sessions)
      return { work: cycle(files.messages(messages)), expect: [204] }
    },
  }
}

export async function checkSession({ url }: RunningContestant, seed: Seed): Promise<void> {
  const { accessToken, userId } = firstOf(seed.sessions)
  const signedIn = { headers: bearer(accessToken), userId }
  await checkVerify(url, { signedIn, garbage: bearer(`${accessToken.slice(0, -8)}AAAAAAAA`) })
}

export function fastifyEntry({ seed, files }: Material, contestant = bareFastify): Entry {
  const messages = [verifyMessage(bearer(firstOf(seed.sessions).accessToken))]
  return {
    name: contestant.name,
    contestant,
    check: async ({ url }) => void (await expectStatus(url, verifyMessage({}), 200)),
    prepare: async () => ({ work: cycle(files.messages(messages)), expect: [200] }),
  }
}

/** Whoever gives the service's answer without coming to it. */
export function sameAnswerEntry(
  contestant: Contestant,
  { status, told }: { status: number; told: readonly string[] },
  { seed, files }: Material,
): Entry {
  const messages = [verifyMessage(bearer(firstOf(seed.sessions).accessToken))]
  return {
    name: contestant.name,
    contestant,
    async check({ url }) {
      const answer = await fetch(`${url}/v1/verify`)
      const names = [...Object.keys(securityHeaders), 'x-request-id', ...told]
      const missing = names.filter(name => !answer.headers.has(name))
      if (answer.status === status && missing.length === 0) return
      throw new Error(`it answered ${answer.status}, without the headers [${missing.join(', ')}]`)
    },
    prepare: async () => ({ work: cycle(files.messages(messages)), expect: [status] }),
  }
}

function redisEntry(contestant: Contestant, { seed, files }: Material): Entry {
  const session = firstOf(seed.sessions)
  const { accessToken, userId } = session
  const messages = [verifyMessage(bearer(accessToken))]
  return {
    name: contestant.name,
    contestant,
    async setUp({ redisUrl }) {
      const hash = createHash('sha256').update(accessToken).digest('base64url')
      await setOnce(redisUrl ?? '', `floor:${hash}`, JSON.stringify(snapshotOf(session, Date.now())))
    },
    check: ({ url }) =>
      checkVerify(url, {
        signedIn: { headers: bearer(accessToken), userId },
        garbage: bearer(`${accessToken}x`),
      }),
    prepare: async () => ({ work: cycle(files.messages(messages)), expect: [200] }),
  }
}

async function setOnce(redisUrl: string, key: string, value: string): Promise<void> {
  const redis = new Redis(redisUrl)
  await redis.set(key, value)
  redis.disconnect()
}

/** A new session before each round, since some cookies hold for five minutes only. */
function peerEntry(contestant: Contestant, { files }: Material): Entry {
  return {
    name: contestant.name,
    contestant,
    async check(running) {
      const { cookie, userId } = await signInAt(running.url)
      const signedIn = { headers: behindProxy({ cookie }), userId }
      await checkVerify(running.url, { signedIn, garbage: behindProxy({ cookie: garbled(cookie) }) })
    },
    async prepare(running): Promise<Plan> {
      const { cookie } = await signInAt(running.url)
      const messages = [verifyMessage(behindProxy({ cookie }))]
      return { work: cycle(files.messages(messages)), expect: [200] }
    },
  }
}

async function signInAt(url: string): Promise<{ cookie: string; userId: string }> {
  const answer = await fetch(`${url}/sign-in`, { method: 'POST', headers: behindProxy({}) })
  const { userId }: { userId: string } = JSON.parse(await answer.text())
  const cookie = answer.headers
    .getSetCookie()
    .map(line => line.split(';', 1)[0])
    .join('; ')
  return { cookie, userId }
}

/** The proxy in front has ended TLS, and says so. */
function behindProxy(headers: Record<string, string>): Record<string, string> {
  return { ...headers, 'x-forwarded-proto': 'https' }
}

/** The same names with other values. */
function garbled(cookie: string): string {
  return cookie.replace(/=([^;]{8})[^;]{8}/g, '=$1AAAAAAAA')
}

export function cycle(messages: string): Plan['work'] {
  return { kind: 'cycle', messages }
}

export function firstOf<T>(list: readonly T[]): T {
  const [first] = list
  if (first === undefined) throw new RangeError('the list is empty')
  return first
}
