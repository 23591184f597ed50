import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { createLogger } from '../../../src/observability.ts'
import { createServices } from '../../../src/services.ts'
import { client, type Tokens } from '../../support/client.ts'
import { createUser, type Environment, goodPassword, noLimits, secret } from '../../support/service.ts'
import { type ServiceProcess, startProcess } from '../../support/service-process.ts'
import { startSilentServer } from '../../support/silent-server.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'
import { type Span, startCollector } from '../../support/trace-collector.ts'
import { until } from '../../support/until.ts'

type Collector = Awaited<ReturnType<typeof startCollector>>

const email = 'traced@example.test'
const operator = 'operator@example.test'

let environment: Environment
let collector: Collector
let service: ServiceProcess
let url: string

beforeAll(async () => {
  const database = await freshDatabase()
  const redis = await freshRedis()
  environment = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    LATCHKEY_SECRET: secret,
    RATE_LIMITS: noLimits,
    CLEANUP_INTERVAL_SECONDS: '0',
    // So that a verify has something to ask.
    NEAR_CACHE_MAX_SESSIONS: '0',
  }
  const services = createServices(readConfig(environment), createLogger('silent'))
  await services.start()
  await createUser(services, email)
  await createUser(services, operator, { roles: ['admin'] })
  await services.close()
  collector = await startCollector()
  service = await startProcess({ ...environment, ...tracedTo(collector.url) })
  url = `http://127.0.0.1:${service.port}`
})

afterAll(async () => {
  await service.stop()
  await collector.close()
})

/** Spans are sent often, so that a test need not wait. */
function tracedTo(endpoint: string): Environment {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-team=payments',
    OTEL_SERVICE_NAME: 'sessions-eu',
    OTEL_BSP_SCHEDULE_DELAY: '50',
  }
}

/** Of a session that stands in Redis. */
async function knownToken(): Promise<string> {
  const { accessToken } = await client(url).signIn(email)
  await client(url).verify(accessToken)
  return accessToken
}

/** A caller that traces, too (W3C Trace Context, §3.2). */
function caller() {
  const traceId = randomBytes(16).toString('hex')
  const spanId = randomBytes(8).toString('hex')
  return { traceId, spanId, headers: { traceparent: `00-${traceId}-${spanId}-01` } }
}

/** The spans of a trace, once that of the request, which ends last, has come. */
async function spansOf(traceId: string): Promise<{ request: Span; children: Span[] }> {
  let found: Span[] = []
  await until(`spans of ${traceId}`, async () => {
    found = collector.spans.filter(span => span.traceId === traceId)
    return found.some(({ attributes }) => attributes['http.response.status_code'] !== undefined)
  })
  const [request] = found.filter(({ attributes }) => 'http.response.status_code' in attributes)
  if (request === undefined) throw new Error('no span of a request')
  return { request, children: found.filter(span => span !== request) }
}

const systemOf = ({ attributes }: Span) => attributes['db.system.name']

describe('with a collector', () => {
  it('a request goes on with its caller’s trace, and its commands and statements are below it', async () => {
    const accessToken = await knownToken()
    const verify = caller()
    await client(url).call('GET', '/v1/verify', { token: accessToken, headers: verify.headers })
    const verified = await spansOf(verify.traceId)
    expect(verified.request).toMatchObject({
      name: 'GET /v1/verify',
      parentId: verify.spanId,
      service: 'sessions-eu',
      attributes: {
        'http.route': '/v1/verify',
        'http.request.method': 'GET',
        'http.response.status_code': 204,
      },
    })
    expect(verified.children.map(({ name, parentId }) => [name, parentId])).toEqual([
      ['mget', verified.request.spanId],
    ])
    const list = caller()
    await client(url).call('GET', '/v1/sessions', { token: accessToken, headers: list.headers })
    const listed = await spansOf(list.traceId)
    const ids = new Set([listed.request, ...listed.children].map(({ spanId }) => spanId))
    expect(listed.children.filter(({ parentId }) => !ids.has(parentId))).toEqual([])
    const statements = listed.children.map(({ attributes }) => attributes['db.query.text'])
    expect(statements).toContainEqual(expect.stringMatching(/from "?user_sessions"?.*\$1/is))
    expect(collector.headers[0]).toMatchObject({ 'x-team': 'payments' })
  })

  it('commands of requests that come at once are below the request that sent them', async () => {
    const accessToken = await knownToken()
    const callers = Array.from({ length: 40 }, caller)
    await Promise.all(
      callers.map(({ headers }) => client(url).call('GET', '/v1/sessions', { token: accessToken, headers })),
    )
    for (const { traceId } of callers) {
      const { children } = await spansOf(traceId)
      // Each is counted by its rate limit; what else it asks for, it may share.
      expect(children.map(systemOf)).toContain('redis')
    }
  })

  it('a command that several requests share is below one of them', async () => {
    const accessToken = await knownToken()
    const readsOfMany = async () => {
      const callers = Array.from({ length: 40 }, caller)
      await Promise.all(
        callers.map(({ headers }) => client(url).call('GET', '/v1/verify', { token: accessToken, headers })),
      )
      const found = await Promise.all(callers.map(({ traceId }) => spansOf(traceId)))
      const reads = found.flatMap(({ children }) => children).filter(span => systemOf(span) === 'redis')
      expect(reads.length).toBeLessThanOrEqual(callers.length)
      return reads.length
    }
    // None while Redis is slow, on a busy machine: then it is Postgres that answers.
    await expect.poll(readsOfMany).toBeGreaterThan(0)
  })

  it('nothing is traced that nobody asked for: polls, probes, health', async () => {
    await client(url).call('GET', '/health/ready')
    const last = caller()
    await client(url).call('GET', '/v1/verify', { headers: last.headers })
    await spansOf(last.traceId)
    expect(collector.spans.filter(span => span.parentId === '' && systemOf(span) !== undefined)).toEqual([])
    expect(
      collector.spans.filter(({ attributes }) => String(attributes['http.route']).startsWith('/health')),
    ).toEqual([])
  })

  it('no secret and nobody’s address leaves, in whatever a caller sends and a store answers', async () => {
    const { call, signIn, refresh } = client(url)
    const userAgent = 'Telltale/7.1'
    const first = await signIn(email, { userAgent })
    await call('GET', '/v1/verify', { token: first.accessToken, headers: { 'user-agent': userAgent } })
    const pair = (await refresh(first.refreshToken)).body
    const again = (await refresh(first.refreshToken)).body
    await call('PATCH', `/v1/sessions/${first.sessionId}`, {
      token: String(pair['accessToken']),
      body: { deviceName: 'Telltale device' },
    })
    const byCookie = await call('POST', '/v1/auth/login', {
      body: { email, password: goodPassword, transport: 'cookie', deviceName: 'Telltale device' },
    })
    const cookies = byCookie.headers.getSetCookie().map(cookie => cookie.split(';')[0] ?? '')
    await call('GET', '/v1/verify', { headers: { cookie: cookies.join('; ') } })
    const wrong = 'not the password of anybody'
    await call('POST', '/v1/auth/login', { body: { email: 'stranger@example.test', password: wrong } })
    await call('GET', `/v1/verify/${first.refreshToken}?token=${first.accessToken}`)
    await call('GET', `/v1/verify?access_token=${first.accessToken}`)
    await call('POST', '/v1/token', {
      form: { grant_type: 'refresh_token', refresh_token: String(pair['refreshToken']) },
    })
    const admin = await signIn(operator)
    await call('GET', `/v1/admin/users?email=${encodeURIComponent(email)}`, { token: admin.accessToken })
    await call('GET', '/v1/verify', {
      token: first.accessToken,
      headers: { 'x-latchkey-service-key': 'lks_unheardof' },
    })
    // A statement that fails tells its values in its message.
    await call('POST', '/v1/auth/register', { body: { email, password: 'quite another passphrase' } })
    const kept = await redisValues()
    expect(kept.length).toBeGreaterThan(0)
    const last = caller()
    await call('DELETE', '/v1/sessions?scope=all', {
      token: admin.accessToken,
      headers: { ...last.headers, tracestate: 'told=Telltale' },
    })
    expect((await spansOf(last.traceId)).children.length).toBeGreaterThan(0)

    const tokens = [first, pair, again, admin].flatMap(({ accessToken, refreshToken }: Partial<Tokens>) => [
      String(accessToken),
      String(refreshToken),
    ])
    const secrets = [
      ...tokens,
      ...tokens.flatMap(token => token.split('.').slice(1)),
      ...[...tokens, goodPassword].flatMap(hashes),
      ...cookies.map(cookie => cookie.slice(cookie.indexOf('=') + 1)),
      ...[goodPassword, wrong, 'quite another passphrase', 'lks_unheardof'],
      ...[email, operator, 'stranger@example.test', encodeURIComponent(email)],
      ...[userAgent, 'Telltale', '127.0.0.1:', '$argon2id'],
      ...kept,
      secret,
    ].filter(text => text.length > 7)
    const sent = collector.text()
    expect(sent).toContain('/v1/auth/login')
    expect(secrets.filter(text => sent.includes(text))).toEqual([])
    const names = new Set(collector.spans.flatMap(({ attributes }) => Object.keys(attributes)))
    expect([...names].sort()).toEqual([
      'db.namespace',
      'db.operation.name',
      'db.query.text',
      'db.system.name',
      'http.request.method',
      'http.response.status_code',
      'http.route',
      'network.protocol.version',
      'server.address',
      'server.port',
      'url.scheme',
    ])
    const ofRedis = collector.spans.filter(span => systemOf(span) === 'redis')
    for (const { attributes } of ofRedis) expect(attributes['db.query.text']).toMatch(/^[a-z]+$/)
  })

  it('a shutdown sends what is still waiting', async () => {
    const own = await startCollector()
    const served = await startProcess({
      ...environment,
      ...tracedTo(own.url),
      OTEL_BSP_SCHEDULE_DELAY: '600000',
    })
    await client(`http://127.0.0.1:${served.port}`).call('GET', '/v1/auth/session')
    expect(own.spans).toEqual([])
    expect(await served.stop()).toBe(0)
    expect(own.spans.map(({ name }) => name)).toContain('GET /v1/auth/session')
    await own.close()
  })

  it('a line of the log names the trace of the request that it is about', async () => {
    const database = await freshDatabase()
    const served = await startProcess({
      ...environment,
      ...tracedTo(collector.url),
      DATABASE_URL: database.url,
    })
    await database.drop()
    const failing = caller()
    const answer = await client(`http://127.0.0.1:${served.port}`).call('POST', '/v1/auth/login', {
      body: { email, password: goodPassword },
      headers: failing.headers,
    })
    expect(answer.status).toBe(503)
    const { request, children } = await spansOf(failing.traceId)
    const failed = children.filter(({ errors }) => errors.length > 0)
    expect(failed.length).toBeGreaterThan(0)
    const lines = served
      .output()
      .split('\n')
      .filter(line => line.includes(failing.traceId))
    expect(lines.map(line => JSON.parse(line))).toEqual([
      expect.objectContaining({ reqId: answer.headers.get('x-request-id'), span_id: request.spanId }),
    ])
    await served.stop()
  })
})

describe('a collector that does not take them', () => {
  it.each(['away', 'silent'])(
    'is %s: requests do not notice, the log says so once, and a stop ends in time',
    async how => {
      const silent = await startSilentServer()
      const port = silent.port
      if (how === 'away') await silent.close()
      const served = await startProcess({
        ...environment,
        ...tracedTo(`http://127.0.0.1:${port}`),
        OTEL_EXPORTER_OTLP_TIMEOUT: '200',
        OTEL_BSP_MAX_QUEUE_SIZE: '64',
        OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '32',
      })
      const { call, signIn } = client(`http://127.0.0.1:${served.port}`)
      const { accessToken } = await signIn(email)
      const missed = () => served.output().split('collector of traces is down').length - 1
      await until('the log says that it is away', async () => {
        expect((await call('GET', '/v1/verify', { token: accessToken })).status).toBe(204)
        return missed() > 0
      })
      for (let request = 0; request < 200; request++) {
        expect((await call('GET', '/v1/verify', { token: accessToken })).status).toBe(204)
      }
      expect(missed()).toBe(1)
      expect(await served.stop()).toBe(0)
      if (how === 'silent') await silent.close()
    },
  )
})

describe('without an endpoint', () => {
  const withoutPackages = [join(import.meta.dirname, '..', '..', 'support', 'without-optional-packages.js')]

  it('nothing of it is loaded: the service runs where its packages are not', async () => {
    const served = await startProcess({ ...environment, API_DOCS: 'off' }, withoutPackages)
    const { signIn, verify } = client(`http://127.0.0.1:${served.port}`)
    const { accessToken } = await signIn(email)
    expect((await verify(accessToken)).status).toBe(204)
    expect(await served.stop()).toBe(0)
    await expect(
      startProcess({ ...environment, API_DOCS: 'off', ...tracedTo(collector.url) }, withoutPackages),
    ).rejects.toThrow(/is not installed/)
  })
})

/** As hexadecimal, base64 or bytes, of which both stores hold some. */
function hashes(text: string): string[] {
  const hash = createHash('sha256').update(text).digest()
  return [hash.toString('hex'), hash.toString('base64'), hash.toString('base64url'), hash.toString('latin1')]
}

async function redisValues(): Promise<string[]> {
  const redis = new Redis(environment['REDIS_URL'] ?? '')
  try {
    const names = await redis.keys('*')
    const values = await Promise.all(names.map(name => redis.get(name).catch(() => null)))
    return [...names, ...values.filter(value => value !== null)]
  } finally {
    redis.disconnect()
  }
}
