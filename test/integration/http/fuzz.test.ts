import { setTimeout as sleep } from 'node:timers/promises'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describedApi } from '../../../scripts/openapi.ts'
import { serviceKeyScopes } from '../../../src/access/service-keys.ts'
import { createPasswords } from '../../../src/account/hashing/passwords.ts'
import { byCli } from '../../../src/cli/actor.ts'
import { createClock } from '../../../src/clock.ts'
import { readConfig } from '../../../src/config/config.ts'
import { Problem, problems } from '../../../src/errors.ts'
import { createLogger } from '../../../src/observability.ts'
import { createServices, type Services } from '../../../src/services.ts'
import { type Answer, call } from '../../support/conventions-app.ts'
import { query } from '../../support/database.ts'
import { type FuzzedRequest, fuzzedRequests, type Sender, sentBy } from '../../support/fuzzed-requests.ts'
import { inside } from '../../support/inside.ts'
import { type Document, nobodysId, operationsIn } from '../../support/operations.ts'
import { createUser, goodPassword, noLimits, secret } from '../../support/service.ts'
import { type MemoryReport, type ServiceProcess, startProcess } from '../../support/service-process.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

/** `FUZZ_REQUESTS=100000 npm run test:fuzz` is the long run, which also watches the memory. */
const requests = Number(process.env['FUZZ_REQUESTS'] ?? 1_000)
const isLong = requests >= 20_000
/** At the same time, each by a sender of its own. */
const senders = 4
/** Of the requests, until the memory is what it stays at. */
const warmUpShare = 0.3

const document: Document = JSON.parse(await describedApi())
const operations = operationsIn(document)

let served: ServiceProcess
let services: Services
let serviceKey: string
/** An order of an operator, long carried out. */
let revocation = nobodysId
let databaseUrl: string
let passwordHash: string

beforeAll(async () => {
  databaseUrl = (await freshDatabase()).url
  passwordHash = await createPasswords(createClock()).hash(goodPassword)
  const environment = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: (await freshRedis()).url,
    LATCHKEY_SECRET: secret,
    // So that requests get as far as they can.
    REGISTRATION: 'open',
    RATE_LIMITS: noLimits,
    // What it remembers of revocations it is to forget within the run, and what it keeps is to be full by the warm-up.
    CACHE_TTL_SECONDS: '5',
    NEAR_CACHE_MAX_SESSIONS: '500',
  }
  served = await startProcess(environment)
  services = createServices(readConfig(environment), createLogger('silent'))
  await services.start()
  serviceKey = (await services.serviceKeys.create({ name: 'fuzz', scopes: [...serviceKeyScopes] }, byCli)).key
  const { access } = await newSender(0, 'operator')
  const ordered = await call(served.port, 'POST', '/v1/admin/revocations', {
    headers: { authorization: `Bearer ${access}` },
    json: { strategy: 'client_type', value: 'kiosk', reason: 'the fuzz test' },
  })
  revocation = JSON.parse(ordered.text).id
})

afterAll(async () => {
  await services.close()
  await served.stop()
})

/** How often the service did not know: on a machine that is too busy, a store that is slow counts as away. */
let unknown = 0
const patienceMs = 20_000

/** An operator who is signed in, since whoever may do everything gets furthest. */
async function newSender(number: number, turn: string): Promise<Sender> {
  const email = `fuzz-${number}-${turn}@example.test`
  const user = await createUser(services, email, { password: null, roles: ['admin'] })
  // As register would, without its price each time.
  await query(databaseUrl, 'UPDATE users SET password_hash = $1 WHERE id = $2', [passwordHash, user])
  const started = await services.sessions.start({
    userId: user,
    clientType: 'web',
    authMethod: 'password',
    deviceName: null,
    origin: { ipAddress: null, userAgent: null },
    stillStands: () => true,
  })
  if (started.kind !== 'started') throw new Error(`no session: ${started.kind}`)
  const { accessToken: access, refreshToken: refresh } = started.tokens
  const session = started.sessionId
  return { session, user, email, password: goodPassword, access, refresh, revocation, serviceKey }
}

/** What stands for a 503 where there is no HTTP. */
async function onceItKnows<T>(work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Problem && error.status === 503) || performance.now() > deadline) throw error
      unknown++
      await sleep(500)
    }
  }
}

/** How often each operation was answered how; the key is such as `GET /v1/sessions 2xx`. */
const answered = new Map<string, number>()

function note({ operation, method }: FuzzedRequest, { status }: Answer): void {
  if (method !== operation.method) return
  const key = `${method} ${operation.path} ${String(status)[0]}xx`
  answered.set(key, (answered.get(key) ?? 0) + 1)
}

async function send({ method, path, headers, body }: FuzzedRequest): Promise<Answer> {
  const payload = body === undefined ? undefined : Buffer.from(body)
  // Node's client leaves the length out of a DELETE.
  const framing = payload === undefined ? {} : { 'content-length': String(payload.length) }
  try {
    return await call(served.port, method, path, {
      headers: { ...headers, ...framing },
      ...(payload && { body: payload }),
    })
  } catch (error) {
    throw served.isRunning() ? error : new Error(`the service has ended: ${served.output()}`)
  }
}

/** A 503 asks to be asked again. One that the request itself is the reason for would come again each time. */
async function answerTo(request: FuzzedRequest): Promise<Answer> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const answer = await send(request)
    if (answer.status !== 503 || performance.now() > deadline) return answer
    unknown++
    await sleep(500)
  }
}

function expectGoodAnswer(
  { operation, method, path }: FuzzedRequest,
  { status, headers, text }: Answer,
): void {
  const told = `${method} ${path} ${status} ${text}`
  expect(status, told).toBeLessThan(500)
  expect(headers['x-request-id'], told).toMatch(/^[A-Za-z0-9._~-]{1,64}$/)
  expect(headers['cache-control'], told).toMatch(/^(no-store|public, max-age=300)$/)
  if (status < 400) return
  const isOAuth = operation.oauth && method === operation.method
  expect(headers['content-type'], told).toBe(isOAuth ? 'application/json' : 'application/problem+json')
  if (method === 'HEAD') return
  const problem: { code: string; status: number } = JSON.parse(text)
  expect(Object.keys(problems), told).toContain(problem.code)
  expect(problem.status, told).toBe(status)
  expect(text).not.toMatch(inside)
}

/** Signing out, refreshing and revoking are among what is tried, by the other senders as well. */
function endsTheSender({ method }: FuzzedRequest, { status, text }: Answer): boolean {
  return text.includes('"code":"session_') || (status < 400 && method !== 'GET')
}

/** One sender's share of the requests, one after the other. */
async function fuzz(number: number, count: number, stage: string): Promise<void> {
  let turn = 0
  const next = () => onceItKnows(() => newSender(number, `${stage}-${turn++}`))
  let sender = await next()
  await fc.assert(
    fc.asyncProperty(fuzzedRequests(operations), async fuzzed => {
      const request = sentBy(sender, fuzzed)
      const answer = await answerTo(request)
      note(request, answer)
      expectGoodAnswer(request, answer)
      if (endsTheSender(request, answer)) sender = await next()
    }),
    { numRuns: count, ...(isLong ? {} : { interruptAfterTimeLimit: 20_000 }) },
  )
}

function fuzzAll(count: number, stage: string): Promise<unknown> {
  const share = Math.ceil(count / senders)
  return Promise.all(Array.from({ length: senders }, (_, number) => fuzz(number, share, stage)))
}

const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1)

describe('requests of any kind, to every route', () => {
  it(
    'are never a fault of the service, end it, or stay in its memory',
    async () => {
      await fuzzAll(requests * warmUpShare, 'warm')
      const before = await served.memory()
      await fuzzAll(requests * (1 - warmUpShare), 'main')
      const after = await served.memory()

      expect(served.isRunning()).toBe(true)
      // Nor does it log an error, or say anything else: what is not JSON does not come from the log.
      const lines = served.output().split('\n').filter(Boolean)
      expect(lines.filter(line => !line.startsWith('{"level":"warn",'))).toEqual([])
      expect(operationsNot(key => answered.has(`${key} 2xx`) || answered.has(`${key} 4xx`))).toEqual([])
      if (!isLong) return
      expect(operationsNot(key => answered.has(`${key} 2xx`))).toEqual([])
      expectFlat(before, after)
    },
    60_000 + requests * 40,
  )
})

function operationsNot(holds: (operation: string) => boolean): string[] {
  return operations.map(({ method, path }) => `${method} ${path}`).filter(operation => !holds(operation))
}

/** Garbage has been collected before both. What the allocator keeps besides differs by some percent. */
function expectFlat(before: MemoryReport, after: MemoryReport): void {
  const said = ({ rssBytes, heapBytes }: MemoryReport) =>
    `${megabytes(rssBytes)} MB resident, ${megabytes(heapBytes)} MB of heap`
  const by = (outcome: string) =>
    [...answered].reduce((sum, [key, count]) => sum + (key.endsWith(outcome) ? count : 0), 0)
  process.stdout.write(
    `${requests} requests: ${by('2xx')} were 2xx, ${by('4xx')} were 4xx; ${unknown} 503s were asked again\n` +
      `after ${warmUpShare * 100} %: ${said(before)}\nin the end: ${said(after)}\n`,
  )
  expect(after.heapBytes).toBeLessThan(before.heapBytes * 1.1)
  expect(after.rssBytes).toBeLessThan(before.rssBytes * 1.1)
}
