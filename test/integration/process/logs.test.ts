import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { documentPath } from '../../../scripts/openapi.ts'
import { byCli } from '../../../src/cli/actor.ts'
import { startProxy, type TcpProxy } from '../../fault/proxy.ts'
import { bodyOf, page, setCookiesOf } from '../../support/browser-call.ts'
import { linesWithSecrets } from '../../support/captured-log.ts'
import { type Answer, call, rawExchange } from '../../support/conventions-app.ts'
import { query } from '../../support/database.ts'
import { freePort } from '../../support/port.ts'
import { createUser, goodPassword, noLimits, secret, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'
import { until } from '../../support/until.ts'

/**
 * A server as it runs anywhere else, at the most talkative level, through good and bad: every route, with every kind
 * of credential, in the right place and in wrong ones, while its stores are there, away, and not what they should be.
 */

const document: { paths: Record<string, Record<string, unknown>> } = JSON.parse(
  await readFile(documentPath, 'utf8'),
)
const routes = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.keys(item).map(method => ({ method: method.toUpperCase(), path })),
)
const forged = '{"level":"info","msg":"all is well"}'
const hostileAgent = `x\r\n${forged}\r\n\u001b[2J\u001b[1;31m\u009b2K`

let databaseUrl: string
let postgres: TcpProxy
let redis: TcpProxy
let child: ChildProcess
let port: number
let serviceKey: string
let operator: { email: string; userId: string }
let output = ''
let users = 0
/** All that nobody may read in the log: what was sent, and what was given out. */
const secrets = new Set([goodPassword, secret])

beforeAll(async () => {
  databaseUrl = (await freshDatabase()).url
  const redisUrl = (await freshRedis()).url
  await arrange(redisUrl)
  postgres = await startProxy(Number(new URL(databaseUrl).port))
  redis = await startProxy(Number(new URL(redisUrl).port))
  await serve(through(databaseUrl, postgres), through(redisUrl, redis))

  await live('all is there')
  await postgres.set({ kind: 'refuse' })
  await live('Postgres is away')
  await redis.set({ kind: 'refuse' })
  await live('both are away')
  await postgres.set({ kind: 'pass' })
  await isReady()
  await live('Redis is away')
  // What writes an event fails in a way that nobody has thought of, with its values in hand.
  await query(databaseUrl, 'ALTER TABLE security_events RENAME TO elsewhere')
  await live('a table is missing')
  await stop()
})

afterAll(async () => {
  child.kill('SIGKILL')
  await Promise.all([postgres.close(), redis.close()])
})

async function arrange(redisUrl: string): Promise<void> {
  const instance = await startInstance({ DATABASE_URL: databaseUrl, REDIS_URL: redisUrl })
  const email = 'operator@example.test'
  operator = { email, userId: await createUser(instance.services, email, { roles: ['admin'] }) }
  const { serviceKeys } = instance.services
  serviceKey = (await serviceKeys.create({ name: 'backend', scopes: ['sessions:create', 'verify'] }, byCli))
    .key
  secrets.add(serviceKey)
  await instance.close()
}

async function serve(databaseUrl: string, redisUrl: string): Promise<void> {
  port = await freePort()
  child = spawn(process.execPath, [join(inject('builtService'), 'cli.js'), 'serve'], {
    env: {
      PATH: process.env['PATH'] ?? '',
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      LATCHKEY_SECRET: secret,
      LOG_LEVEL: 'trace',
      LOG_REQUESTS: 'all',
      PORT: String(port),
      METRICS_PORT: '0',
      REGISTRATION: 'open',
      RATE_LIMITS: noLimits,
    },
  })
  const keep = (data: Buffer) => {
    output += data
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  await isReady()
}

async function isReady(): Promise<void> {
  await until('ready', async () => (await call(port, 'GET', '/health/ready')).status === 200)
}

async function stop(): Promise<void> {
  const closed = once(child, 'close')
  child.kill('SIGTERM')
  await closed
}

function through(url: string, proxy: TcpProxy): string {
  const changed = new URL(url)
  changed.port = String(proxy.port)
  return changed.href
}

type Person = { accessToken: string; refreshToken: string; deviceToken: string; sessionId: string }

/** The tokens of before, for when nobody can sign in. */
let person: Person = { accessToken: '', refreshToken: '', deviceToken: '', sessionId: '' }

async function live(weather: string): Promise<void> {
  const password = secretWords('a first password')
  const email = `logs-${users++}@example.test`
  await say('POST', '/v1/auth/register', { json: { email, password } })
  await say('POST', '/v1/auth/login', { json: { email, password: secretWords('a wrong password') } })
  const signedIn = await say('POST', '/v1/auth/login', { json: { email, password } })
  if (weather === 'all is there') expect(signedIn.status).toBe(200)
  await say('POST', '/v1/auth/login', { json: { email: operator.email, password: goodPassword } })
  await changePassword(password)
  await everyRoute()
  await misplaced()
  await byCookie(email)
  await forgedLines()
}

/** One that is in no other text. */
function secretWords(name: string): string {
  const words = `${name}, number ${secrets.size} of its kind`
  secrets.add(words)
  return words
}

/** One request; notes all that it gave out. */
async function say(method: string, path: string, options: Parameters<typeof call>[3] = {}): Promise<Answer> {
  const answer = await call(port, method, path, options)
  const isJson = /json/.test(answer.headers['content-type'] ?? '')
  const { accessToken, refreshToken, deviceToken, sessionId } = isJson ? bodyOf(answer) : {}
  for (const token of [accessToken, refreshToken, deviceToken]) {
    if (typeof token === 'string') secrets.add(token)
  }
  for (const { value } of setCookiesOf(answer)) if (value !== '') secrets.add(value)
  if (typeof accessToken === 'string' && typeof refreshToken === 'string') {
    const known = typeof deviceToken === 'string' ? deviceToken : person.deviceToken
    person = { accessToken, refreshToken, deviceToken: known, sessionId: String(sessionId) }
  }
  return answer
}

async function changePassword(currentPassword: string): Promise<void> {
  for (const given of [secretWords('not the current password'), currentPassword]) {
    await say('POST', '/v1/auth/password', {
      headers: { authorization: `Bearer ${person.accessToken}` },
      json: {
        currentPassword: given,
        newPassword: secretWords('a new password'),
        deviceToken: person.deviceToken,
      },
    })
  }
}

const bodies: Record<string, () => unknown> = {
  'POST /v1/auth/register': () => ({
    email: `logs-${users++}@example.test`,
    password: secretWords('another'),
  }),
  'POST /v1/auth/login': () => ({
    email: operator.email,
    password: goodPassword,
    deviceToken: person.deviceToken,
  }),
  'POST /v1/auth/refresh': () => ({ refreshToken: person.refreshToken }),
  'POST /v1/auth/password': () => ({
    currentPassword: goodPassword,
    newPassword: secretWords('a newer one'),
  }),
  'PATCH /v1/sessions/{id}': () => ({ deviceName: 'mine' }),
  'POST /v1/admin/sessions': () => ({
    userId: operator.userId,
    authMethod: 'oidc',
    userAgent: hostileAgent,
  }),
  'POST /v1/admin/revocations': () => ({ strategy: 'client_type', value: 'kiosk', reason: 'a test' }),
}

async function everyRoute(): Promise<void> {
  for (const { method, path } of routes) {
    const credentials = [
      { authorization: `Bearer ${person.accessToken}` },
      { authorization: `Bearer ${person.accessToken.slice(0, -2)}` },
      { authorization: `Bearer ${serviceKey}` },
      { authorization: `Bearer ${person.accessToken}`, 'x-latchkey-service-key': serviceKey },
      {
        cookie: `__Host-latchkey_access=${person.accessToken}; __Secure-latchkey_refresh=${person.refreshToken}`,
      },
    ]
    const isLast = path === '/v1/auth/logout' || (method === 'DELETE' && path === '/v1/sessions')
    for (const headers of isLast ? credentials.slice(1, 3) : credentials) {
      const json = bodies[`${method} ${path}`]?.()
      const id = path.includes('/users/') ? operator.userId : person.sessionId
      await say(method, path.replace('{id}', id), { headers, ...(json === undefined ? {} : { json }) })
    }
  }
}

/** Secrets where they do not belong. */
async function misplaced(): Promise<void> {
  const { accessToken, refreshToken } = person
  const authorization = `Bearer ${accessToken}`
  await say('GET', `/v1/sessions/${accessToken.slice(0, 90)}`, { headers: { authorization } })
  await say('GET', `/v1/verify?token=${accessToken}`)
  await say('GET', `/v1/sessions?cursor=${refreshToken}`, { headers: { authorization } })
  await say('GET', `/nowhere/${refreshToken}?key=${serviceKey}`)
  await say('PUT', `/v1/auth/login?password=${encodeURIComponent(goodPassword)}`)
  await say('GET', '/v1/sessions', { headers: { authorization, 'x-request-id': refreshToken } })
  await say('GET', '/v1/sessions', {
    headers: { authorization, cookie: `__Host-latchkey_access=${accessToken}` },
  })
  await say('POST', '/v1/auth/login', {
    json: { email: goodPassword, password: goodPassword, [refreshToken]: 1 },
  })
  await say('POST', '/v1/auth/refresh', { json: { refreshToken: [refreshToken] } })
  await say('POST', '/v1/auth/login', {
    headers: { 'content-type': 'application/json' },
    body: `{"email": "x", "password": "${goodPassword}`,
  })
}

async function byCookie(email: string): Promise<void> {
  const browser = page(port)
  for (const password of [secretWords('no password of theirs'), goodPassword]) {
    const json = { email: password === goodPassword ? operator.email : email, password, transport: 'cookie' }
    for (const { value } of setCookiesOf(await browser.call('POST', '/v1/auth/login', { json }))) {
      secrets.add(value)
    }
  }
  for (const [method, path] of [
    ['POST', '/v1/auth/refresh'],
    ['GET', '/v1/sessions'],
    ['POST', '/v1/auth/logout'],
  ] as const) {
    for (const { value } of setCookiesOf(await browser.call(method, path)))
      if (value !== '') secrets.add(value)
  }
}

/** By bytes that no HTTP library would send, on a call that touches the stores. */
async function forgedLines(): Promise<void> {
  const { accessToken } = person
  for (const agent of [
    '\u001b[2J\u001b[31m',
    '\u009b2K',
    `x\r ${forged}`,
    `x\r\n ${forged}`,
    `x\n${forged}`,
    'x\rx',
  ]) {
    const head = `GET /v1/sessions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${accessToken}\r\n`
    await rawExchange(port, Buffer.from(`${head}User-Agent: ${agent}\r\n\r\n`, 'latin1'))
  }
}

const lines = () => output.split('\n').filter(line => line !== '')

describe('the log at `trace`, after every route and every failure', () => {
  it('holds no token, cookie, password, key or secret', () => {
    expect(secrets.size).toBeGreaterThan(100)
    expect(linesWithSecrets(lines(), secrets)).toEqual([])
  })

  it('tells of the failures, and of each store that went and came', () => {
    for (const text of [
      'request refused',
      'request failed',
      'postgres is down',
      'postgres is up',
      'stopping',
    ]) {
      expect(output).toContain(`"msg":"${text}"`)
    }
  })

  it('would show a secret if one were logged', () => {
    for (const text of secrets)
      expect(linesWithSecrets([`{"msg":"planted ${text}"}`], secrets)).toHaveLength(1)
  })

  it('is one object a line: no CR, LF or escape code of a user agent forges one', () => {
    // An outage is one line a second, however many requests it refuses.
    expect(lines().length).toBeGreaterThan(10)
    for (const line of lines()) {
      expect(JSON.parse(line)).toMatchObject({
        level: expect.stringMatching(/^(trace|debug|info|warn|error)$/),
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      })
      expect(line).not.toMatch(/\p{Cc}|all is well/u)
    }
  })
})
