import { createHmac, randomBytes } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { serviceKeyScopes } from '../../../src/access/service-keys.ts'
import { byCli } from '../../../src/cli/actor.ts'
import { type ProblemCode, problems } from '../../../src/errors.ts'
import { securityHeaders } from '../../../src/http/conventions/security-headers.ts'
import { openApiDocument } from '../../../src/http/openapi.ts'
import { oauthErrorOf } from '../../../src/http/session/oauth/error.ts'
import { type Answer, call } from '../../support/conventions-app.ts'
import { inside } from '../../support/inside.ts'
import {
  type Document,
  methods,
  nobodysId,
  type Operation,
  operationsIn,
  type Schema,
  sample,
} from '../../support/operations.ts'
import { goodPassword, startInstance } from '../../support/service.ts'
import { processorMs } from '../../support/stopwatch.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

const environment = {
  DATABASE_URL: (await freshDatabase()).url,
  REDIS_URL: (await freshRedis()).url,
  // So that fuzzed bodies get as far as they can.
  REGISTRATION: 'open',
}
const instance = await startInstance(environment)
const { app, services } = instance
const port = Number(new URL(instance.url).port)
afterAll(() => instance.close())

const document: Document = JSON.parse(openApiDocument(app))
const operations = operationsIn(document)

/** Operations by the titles that their tests get. */
const all = operations.map((operation): [string, Operation] => [
  `${operation.method} ${operation.path}`,
  operation,
])
const withFields = all.filter(([, { fields }]) => fields.length > 0)
const withoutBody = all.filter(([, { method, mediaTypes }]) => mediaTypes.length === 0 && method !== 'GET')
const withCursor = all.filter(([, { query }]) => query.some(({ name }) => name === 'cursor'))
const withId = all.filter(([, { path }]) => path.includes('{id}'))
const withRefreshToken = withFields.filter(([, { fields }]) =>
  fields.some(([name]) => name === 'refreshToken'),
)
const open = all.filter(([, { access }]) => access === 'public')
const signedIn = all.filter(([, { access }]) => access === 'bearer')
const withCredential = all.filter(([, { access }]) => access === 'bearer' || access === 'optional')

const id = nobodysId

function bodyOf({ fields }: Operation): Record<string, unknown> {
  return Object.fromEntries(fields.map(([name, schema]) => [name, sample(schema)]))
}

function rightBody(operation: Operation): { body?: Record<string, unknown> } {
  return operation.fields.length === 0 ? {} : { body: bodyOf(operation) }
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}

function typesOf(schema: Schema): string[] {
  if (schema.anyOf) return schema.anyOf.flatMap(typesOf)
  const values = schema.enum ?? (schema.const === undefined ? [] : [schema.const])
  return values.length > 0 ? values.map(typeOf) : [schema.type ?? 'object']
}

let users = 0

/** A pair of a new session of a new user, without the cost of hashing a password. */
async function newSession() {
  const email = `bad-input-${users++}@example.test`
  const origin = { ipAddress: null, userAgent: null }
  // So that requests get as far as they can.
  const roles = ['admin']
  const account = await services.accounts.register({ email, password: null, roles }, { actor: 'cli', origin })
  const started = await services.sessions.start({
    userId: account.id,
    clientType: 'web',
    authMethod: 'password',
    deviceName: null,
    origin,
    stillStands: () => true,
  })
  if (started.kind !== 'started') throw new Error(`no session: ${started.kind}`)
  return { sessionId: started.sessionId, userId: account.id, ...started.tokens }
}

/** Sends what is wrong with it; must be as it was in the end. */
const session = await newSession()
const serviceKey = await services.serviceKeys.create(
  { name: 'bad-input', scopes: [...serviceKeyScopes] },
  byCli,
)

type Request = {
  path?: string
  query?: string
  body?: unknown
  text?: string
  headers?: Record<string, string | string[] | undefined>
}

/** An answer of a described operation. */
type Told = Answer & { oauth?: boolean }

/** A request that is right but for what is given. */
async function send(operation: Operation, request: Request = {}): Promise<Told> {
  const { path = operation.path.replaceAll(/\{\w+\}/g, id), query = '', body, text } = request
  const payload = text ?? (body === undefined ? undefined : JSON.stringify(body))
  const credentials = { bearer: session.accessToken, other: serviceKey.key, public: null, optional: null }
  const credential = credentials[operation.access]
  const authorization = credential === null ? {} : { authorization: `Bearer ${credential}` }
  const headers = { ...authorization, ...(payload === undefined ? {} : framing(payload)), ...request.headers }
  const answer = await call(port, operation.method, path + query, {
    headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)),
    // A buffer: joined to a text, Node would send the headers in UTF-8, too.
    ...(payload === undefined ? {} : { body: Buffer.from(payload) }),
  })
  return { ...answer, oauth: operation.oauth }
}

/** Node's client leaves the length out of a DELETE. */
function framing(payload: string): Record<string, string> {
  return { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(payload)) }
}

type Problem = { status: number; code: string; errors?: { path: string; message: string }[] }

/** A problem as it is promised, with one of our codes; returns its body. */
function expectAnyProblem(answer: Told): Problem {
  expect(answer.headers['content-type'], answer.text).toBe(mediaTypeOf(answer))
  expect(answer.headers).toMatchObject(securityHeaders)
  const body: Problem & Record<string, unknown> = JSON.parse(answer.text)
  const known = Object.entries(problems).find(([code]) => code === body.code)?.[1]
  expect(body).toMatchObject({
    type: `https://latchkey.dev/problems/${body.code}`,
    title: known?.title,
    status: answer.status,
    requestId: answer.headers['x-request-id'],
  })
  expect(answer.status).toBe(statusOf(answer, body.code))
  const { error, error_description, ...members } = body
  const words = answer.oauth ? [oauthErrorOf(codeOf(body.code)).error, known?.title] : [undefined, undefined]
  expect([error, error_description]).toEqual(words)
  expect(Object.keys(members).filter(key => !told.includes(key))).toEqual([])
  expect(answer.text).not.toMatch(inside)
  return body
}

const told = ['type', 'title', 'status', 'code', 'detail', 'errors', 'reason', 'requires', 'requestId']

function mediaTypeOf({ oauth }: Pick<Told, 'oauth'>): string {
  return oauth ? 'application/json' : 'application/problem+json'
}

function codeOf(code: string): ProblemCode {
  const known = Object.keys(problems).find((name): name is ProblemCode => name === code)
  if (known === undefined) throw new Error(`there is no problem ${code}`)
  return known
}

function statusOf({ oauth }: Pick<Told, 'oauth'>, code: string): number {
  return oauth ? oauthErrorOf(codeOf(code)).status : problems[codeOf(code)].status
}

function expectProblem(answer: Told, code: ProblemCode): Problem {
  expect(answer.status, answer.text).toBe(statusOf(answer, code))
  const problem = expectAnyProblem(answer)
  expect(problem.code).toBe(code)
  return problem
}

/** A 400 that points to the place. */
function expectInvalid(answer: Told, path: string): void {
  const { errors = [] } = expectProblem(answer, 'validation_failed')
  expect(errors.length).toBeLessThanOrEqual(20)
  expect(
    errors.map(error => error.path),
    answer.text,
  ).toContain(path)
}

function expectNoFault(answer: Told): void {
  expect(answer.status, answer.text).toBeLessThan(500)
  if (answer.status >= 400) expectAnyProblem(answer)
}

test('there are routes to try, of every kind', () => {
  expect(operations.length).toBeGreaterThanOrEqual(15)
  expect(signedIn.length).toBeGreaterThanOrEqual(8)
  expect(withId.length).toBeGreaterThanOrEqual(3)
})

describe.each(withFields)('the body of %s', (_name, operation) => {
  const { fields, required, mayOmitBody } = operation
  const valid = bodyOf(operation)
  const textFields = fields.filter(([, schema]) => typesOf(schema).includes('string')).map(([name]) => name)

  test('has no field that is not known', async () => {
    expectInvalid(await send(operation, { body: { ...valid, isAdmin: true } }), '/isAdmin')
    const many = Object.fromEntries(Array.from({ length: 3_000 }, (_, at) => [`field${at}`, 1]))
    expectInvalid(await send(operation, { body: { ...valid, ...many } }), '/field0')
  })

  test('has no field of another type, and nothing is converted', async () => {
    for (const [name, schema] of fields) {
      for (const wrong of [null, true, 1, 1.5, '1', [], ['x'], {}, { toString: 'x' }]) {
        if (typesOf(schema).includes(typeOf(wrong))) continue
        expectInvalid(await send(operation, { body: { ...valid, [name]: wrong } }), `/${name}`)
      }
    }
  })

  test('has every field that is required', async () => {
    for (const name of required) {
      const { [name]: _, ...rest } = valid
      expectInvalid(await send(operation, { body: rest }), `/${name}`)
    }
  })

  test('is there, unless it may be left out', async () => {
    if (mayOmitBody) return
    expectInvalid(await send(operation), '')
    expectInvalid(await send(operation, { text: '' }), '')
    expectInvalid(await send(operation, { text: 'null' }), '')
  })

  test.each(['[]', '"x"', '1', 'true'])('is an object, not %s', async text => {
    expectInvalid(await send(operation, { text }), '')
  })

  test.each(['{', '{"a":1,}', '{}{}', '{\u0000}', "{'a':1}", 'NaN', '{"hunter2'])(
    'is well-formed JSON, not %j, which is not repeated',
    async text => {
      const answer = await send(operation, { text })
      expectInvalid(answer, '')
      expect(answer.text).not.toContain('hunter2')
    },
  )

  test('holds no NUL and no lone surrogate, in values or names', async () => {
    for (const bad of ['\u0000', 'hunter2\u0000', '\ud800', 'x\udc00y']) {
      for (const name of textFields) {
        const answer = await send(operation, { body: { ...valid, [name]: bad } })
        expectInvalid(answer, `/${name}`)
        expect(answer.text).not.toContain('hunter2')
      }
      expectProblem(await send(operation, { body: { ...valid, [bad]: 1 } }), 'validation_failed')
    }
  })

  test('does not reach a prototype', async () => {
    const before = JSON.stringify(valid).slice(0, -1)
    expectInvalid(await send(operation, { text: `${before},"__proto__":{"isAdmin":true}}` }), '/__proto__')
    expectInvalid(await send(operation, { text: `${before},"\\u005f_proto__":1}` }), '/__proto__')
    const reaching = `${before},"constructor":{"prototype":{}}}`
    expectInvalid(await send(operation, { text: reaching }), '/constructor')
  })

  test('names no field twice', async () => {
    for (const [name] of fields) {
      const twice = `${JSON.stringify(valid).slice(0, -1)},"${name}":${JSON.stringify(valid[name])}}`
      expectInvalid(await send(operation, { text: twice }), '')
    }
  })

  test('has no huge text in any field', async () => {
    for (const name of textFields) {
      for (const unit of ['x', '🦊', 'x@']) {
        const huge = unit.repeat(30_000 / Buffer.byteLength(unit))
        expectInvalid(await send(operation, { body: { ...valid, [name]: huge } }), `/${name}`)
      }
    }
  })

  test('is not nested deeply', async () => {
    for (const [name] of fields) {
      for (const [open, close] of [
        ['[', ']'],
        ['{"a":', '1}'],
      ] as const) {
        const depth = 5_000
        const text = `{"${name}":${open.repeat(depth)}${close.repeat(depth)}}`
        expectProblem(await send(operation, { text }), 'validation_failed')
      }
    }
  })

  test('has a content type that the route takes', async () => {
    const others = [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      '*/*',
    ]
    const wrong = others.filter(type => !operation.mediaTypes.includes(type))
    for (const type of [...wrong, 'application/json; charset=iso-8859-1', 'application/jsonp', '']) {
      const answer = await send(operation, { body: valid, headers: { 'content-type': type } })
      expectProblem(answer, 'unsupported_media_type')
    }
    const packed = await send(operation, { body: valid, headers: { 'content-encoding': 'gzip' } })
    expectProblem(packed, 'unsupported_media_type')
  })

  test('has at most 64 KiB', async () => {
    const text = `{"a":"${'x'.repeat(65_529)}"}`
    expect(text.length).toBe(65_537)
    expectProblem(await send(operation, { text }), 'body_too_large')
    const chunked = { 'transfer-encoding': 'chunked', 'content-length': undefined }
    expectProblem(await send(operation, { text, headers: chunked }), 'body_too_large')
  })
})

describe.each(withoutBody)('%s, which takes no body,', (_name, operation) => {
  test('takes an empty one for none, whatever its content type', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'application/json']) {
      const headers = { 'content-type': type, 'content-length': '0' }
      const answer = await send(operation, { headers })
      expectNoFault(answer)
      expect(answer.status, answer.text).not.toBe(415)
    }
  })

  test('does not ignore one', async () => {
    expectInvalid(await send(operation, { body: {} }), '')
    expectInvalid(await send(operation, { text: 'null' }), '')
    expectInvalid(await send(operation, { text: '{' }), '')
    const text = { text: 'x', headers: { 'content-type': 'text/plain' } }
    expectProblem(await send(operation, text), 'unsupported_media_type')
    expectProblem(await send(operation, { text: `"${'x'.repeat(65_536)}"` }), 'body_too_large')
  })
})

describe.each(all)('the query of %s', (_name, operation) => {
  const body = rightBody(operation)

  test('has no field that is not known', async () => {
    expectInvalid(await send(operation, { ...body, query: '?force=1' }), '/force')
    expectInvalid(await send(operation, { ...body, query: '?__proto__=1' }), '/__proto__')
    expectInvalid(await send(operation, { ...body, query: '?%00=1' }), '/\u0000')
    // `?=` would be a field without a name.
    expectInvalid(await send(operation, { ...body, query: '?=1' }), '/')
    const huge = await send(operation, { ...body, query: `?${'x'.repeat(8_000)}` })
    expectProblem(huge, 'validation_failed')
    expect(huge.text.length).toBeLessThan(1_000)
  })

  test('has no value that a field may not have', async () => {
    for (const { name, schema } of operation.query) {
      for (const wrong of ['', '%00', 'x'.repeat(8_000), `a&${name}=b`, `&${name}=`]) {
        expectInvalid(await send(operation, { ...body, query: `?${name}=${wrong}` }), `/${name}`)
      }
      if (schema.type !== 'integer') continue
      for (const wrong of ['one', '1.5', '1e1', '0x1', '+1', '%201', '1%00', '-1', '0', '9'.repeat(30)]) {
        expectInvalid(await send(operation, { ...body, query: `?${name}=${wrong}` }), `/${name}`)
      }
    }
  })
})

describe.each(withCursor)('the cursor of %s', (_name, operation) => {
  const now = '2026-01-31 12:00:00.123456+00'
  const made = (text: string) => Buffer.from(text).toString('base64url')

  test.each(['x', '%FF%FE', '🦊', "'%20OR%201=1--", id, '-1', made(`${now}|${id}`).repeat(4)])(
    'may not be %s',
    async cursor => {
      expectInvalid(await send(operation, { query: `?cursor=${encodeURI(cursor)}` }), '/cursor')
    },
  )

  const halves = ['', '|', now, `${now}|`, `|${id}`, `${now}|x`, `${now}|${id}|`, `${now}|${id}0`, `x|${id}`]
  const moments = ['infinity', 'now', `${now}\u0000`, '2026-01-31', '2026-13-01 00:00:00+00']
  // What JavaScript takes for a moment and Postgres does not.
  const rolled = ['2026-02-30 00:00:00+00', '0000-01-01 00:00:00+00', '2026-01-31 12:00:00+99']
  const offsets = ['2026-01-31 12:00:00-23:59', '2026-01-31 12:00:00+16', '2026-01-31 12:00:60+00']

  test.each([...halves, ...[...moments, ...rolled, ...offsets].map(moment => `${moment}|${id}`)])(
    'may not say %j',
    async text => {
      const query = `?cursor=${made(text)}`
      expectInvalid(await send(operation, { query }), '/cursor')
    },
  )
})

describe.each(withId)('the id of %s', (_name, operation) => {
  const body = rightBody(operation)

  test.each([
    'x',
    '0',
    'null',
    '%00',
    `%00${id}`,
    `${id}%00`,
    `${id}0`,
    `${id}%20`,
    `${id}%0A`,
    `${id},${id}`,
    `${id}%2F..`,
    `urn:uuid:${id}`,
    `%7B${id}%7D`,
    id.replaceAll('-', ''),
    '%ED%A0%80',
    '%zz',
    '%',
    "1'%20OR%20'1'='1",
    'a'.repeat(257),
    'a'.repeat(8_000),
  ])('is a 400 when it is %s', async broken => {
    const path = operation.path.replace('{id}', broken)
    expectProblem(await send(operation, { ...body, path }), 'validation_failed')
  })
})

describe.each(Object.entries(document.paths))('%s', (path, item) => {
  const known = Object.keys(item).map(method => method.toUpperCase())
  const allowed = [...known, ...(known.includes('GET') ? ['HEAD'] : [])].sort()
  const wrong = methods.filter(method => !allowed.some(name => name === method))

  test('answers other methods than its own with 405 and its own', async () => {
    for (const method of wrong) {
      const body = '{"broken'
      const answer = await call(port, method, path.replaceAll(/\{\w+\}/g, id), {
        body,
        headers: framing(body),
      })
      expect([answer.status, answer.headers['content-type']]).toEqual([405, 'application/problem+json'])
      if (method !== 'HEAD') expectProblem(answer, 'method_not_allowed')
      expect(answer.headers.allow).toBe(allowed.join(', '))
    }
  })
})

describe('a user agent of 8 KB', () => {
  const agents = ['x', ' x', '(', ')', ';', '1.', 'a/', 'Mozilla/5.0 (', 'Android ', 'Version/1 ', 'ÿ']

  test.each(all)('is no fault on %s', async (_name, operation) => {
    // Some of these calls end the session that makes them.
    const { accessToken } = await newSession()
    const authorization = operation.access === 'public' ? undefined : `Bearer ${accessToken}`
    const body = rightBody(operation)
    for (const unit of agents.slice(0, operation.path.includes('/auth/') ? 2 : agents.length)) {
      const agent = unit.repeat(8_192 / unit.length).trim()
      const answer = await send(operation, { ...body, headers: { authorization, 'user-agent': agent } })
      expectNoFault(answer)
    }
  })

  test('signs in, and its session is listed', async () => {
    const email = 'agent@example.test'
    const origin = { ipAddress: null, userAgent: null }
    await services.accounts.register({ email, password: goodPassword }, { actor: 'cli', origin })
    for (const unit of agents) {
      const headers = { 'user-agent': unit.repeat(8_192 / unit.length).trim() }
      const body = { email, password: goodPassword }
      const answer = await send(find('POST', '/v1/auth/login'), { body, headers })
      expect(answer.status, answer.text).toBe(200)
      const tokens: { accessToken: string; sessionId: string } = JSON.parse(answer.text)
      const listed = await send(find('GET', '/v1/sessions/{id}'), {
        path: `/v1/sessions/${tokens.sessionId}`,
        headers: { authorization: `Bearer ${tokens.accessToken}` },
      })
      expect(listed.status).toBe(200)
      expect(listed.text.length).toBeLessThan(1_000)
    }
  })
})

function find(method: string, path: string): Operation {
  const operation = operations.find(entry => entry.method === method && entry.path === path)
  if (operation === undefined) throw new Error(`there is no ${method} ${path}`)
  return operation
}

const segment = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** What looks like a bearer token and is not one of ours. */
function forgedTokens(): [name: string, token: string][] {
  const { accessToken, refreshToken } = session
  const [header = '', payload = '', signature = ''] = accessToken.split('.')
  const claims: Record<string, unknown> = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const told: Record<string, unknown> = JSON.parse(Buffer.from(header, 'base64url').toString())
  const key = services.keyRing.signing(services.clock.now())
  if (key === undefined) throw new Error('no signing key')
  const hs256 = `${segment({ ...told, alg: 'HS256' })}.${payload}`
  const hmac = createHmac('sha256', key.publicPem).update(hs256).digest('base64url')
  const { exp: _, ...endless } = claims
  return [
    ['one letter', 'x'],
    ['dots', '..'],
    ['three words', 'a.b.c'],
    ['8 KB', 'x'.repeat(8_000)],
    ['8 KB of dots', '.'.repeat(8_000)],
    ['a refresh token', refreshToken],
    ['a service key', `lks_${randomBytes(32).toString('base64url')}`],
    ['no signature', `${header}.${payload}.`],
    ['two segments', `${header}.${payload}`],
    ['four segments', `${accessToken}.${signature}`],
    ['alg none', `${segment({ ...told, alg: 'none' })}.${payload}.`],
    ['an HMAC with the public key', `${hs256}.${hmac}`],
    ['a jku', `${segment({ ...told, jku: 'https://example.test/jwks' })}.${payload}.${signature}`],
    ['a crit', `${segment({ ...told, crit: ['x'], x: 1 })}.${payload}.${signature}`],
    ['another kid', `${segment({ ...told, kid: 'x' })}.${payload}.${signature}`],
    ['another typ', `${segment({ ...told, typ: 'JWT' })}.${payload}.${signature}`],
    ['another user', `${header}.${segment({ ...claims, sub: id })}.${signature}`],
    ['a later end', `${header}.${segment({ ...claims, exp: 9_999_999_999 })}.${signature}`],
    ['a signature of zeros', `${header}.${payload}.${'A'.repeat(86)}`],
    ['a signature that is cut', accessToken.slice(0, -4)],
    ['padding', `${accessToken}=`],
    ['stray bits', accessToken.slice(0, -1) + neighbour(accessToken.at(-1) ?? '')],
    ['plus and slash', accessToken.replace(/[-_]/g, char => (char === '-' ? '+' : '/')).concat('+')],
    ['a payload that is no object', `${header}.${segment(null)}.${signature}`],
    ['a payload that is no JSON', `${header}.${Buffer.from('{').toString('base64url')}.${signature}`],
    ['another issuer', key.sign({ ...claims, iss: 'https://example.test' })],
    ['another audience', key.sign({ ...claims, aud: 'somebody else' })],
    ['no end', key.sign(endless)],
    ['no session', key.sign({ ...claims, sid: undefined })],
    ['a session that is no id', key.sign({ ...claims, sid: 'x' })],
  ]
}

/** The base64url letter whose last bit is the other one: the same bytes where that bit is not used. */
function neighbour(letter: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return alphabet[alphabet.indexOf(letter) ^ 1] ?? 'A'
}

/** What the header holds instead of a bearer token. */
const noBearer = [
  '',
  'x',
  'Bearer',
  'Bearer ',
  'Bearer a b',
  'Bearer\ta',
  'Basic dXNlcjpwYXNzd29yZA==',
  'Bearer,x',
]

describe.each(withCredential)('the credential of %s', (_name, operation) => {
  const withBody = operation.fields.length > 0 && !operation.mayOmitBody
  const body = withBody ? { body: bodyOf(operation) } : {}
  const present = (authorization: string) => send(operation, { ...body, headers: { authorization } })

  test.each(forgedTokens())('may not be a token with %s', async (_name, token) => {
    const answer = await present(`Bearer ${token}`)
    const isKey = token.startsWith('lks_') && operation.path.startsWith('/v1/admin/')
    expectProblem(answer, isKey ? 'service_key_invalid' : 'access_token_invalid')
    expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_token"')
    expect(answer.text).not.toContain(token.slice(0, 100).padEnd(2, '.'))
  })

  test('is none when the header holds no bearer token', async () => {
    for (const authorization of noBearer) {
      const answer = await present(authorization)
      if (operation.access === 'bearer') {
        expectProblem(answer, 'authentication_required')
        expect(answer.headers['www-authenticate']).toBe('Bearer')
      } else {
        expectNoFault(answer)
      }
    }
  })

  test('may not come twice, whichever of the two is good', async () => {
    const good = `Bearer ${session.accessToken}`
    for (const authorization of [
      [good, good],
      [good, 'Bearer x'],
      ['x', good],
    ]) {
      expectProblem(await send(operation, { ...body, headers: { authorization } }), 'validation_failed')
    }
  })
})

describe.each(open)('%s', (_name, operation) => {
  test('does not mind what stands in a header that it does not read', async () => {
    const body = rightBody(operation)
    const plain = await send(operation, body)
    for (const authorization of [...noBearer.slice(0, 3), 'Bearer x', `Bearer ${'x'.repeat(8_000)}`]) {
      const answer = await send(operation, { ...body, headers: { authorization } })
      expectNoFault(answer)
      expect(answer.status).toBe(plain.status)
    }
  })
})

describe.each(signedIn)('%s', (_name, operation) => {
  test('asks who is calling', async () => {
    const body = rightBody(operation)
    const answer = await send(operation, { ...body, headers: { authorization: undefined } })
    expectProblem(answer, 'authentication_required')
    expect(answer.headers['www-authenticate']).toBe('Bearer')
  })
})

describe.each(withRefreshToken)('the refresh token of %s', (_name, operation) => {
  const { refreshToken, accessToken } = session
  const altered = [4, 5, 20, 40, 60, 80, 100, 117].map(
    at => refreshToken.slice(0, at) + (refreshToken[at] === 'A' ? 'B' : 'A') + refreshToken.slice(at + 1),
  )

  test.each([
    'x',
    ' ',
    'lkr_',
    '🦊',
    'null',
    `lkr_${'A'.repeat(114)}`,
    `lkr_${randomBytes(85).toString('base64url')}`,
    `lkr_${'='.repeat(114)}`,
    refreshToken.toUpperCase(),
    refreshToken.slice(4),
    refreshToken.slice(0, -1),
    `${refreshToken}A`,
    `${refreshToken}=`,
    ` ${refreshToken}`,
    `${refreshToken}\n`,
    refreshToken.slice(0, -1) + neighbour(refreshToken.at(-1) ?? ''),
    accessToken.slice(0, 512),
    'x'.repeat(512),
    ...altered,
  ])('may not be %j', async garbage => {
    const answer = await send(operation, { body: { refreshToken: garbage } })
    expectProblem(answer, 'refresh_token_invalid')
    expect(answer.text).not.toContain(garbage.slice(0, 100).padEnd(8, '.'))
  })

  test('is a 400 when it cannot be one', async () => {
    for (const refreshToken of ['', 'x'.repeat(513), `lkr_${'\u0000'.repeat(114)}`]) {
      expectInvalid(await send(operation, { body: { refreshToken } }), '/refreshToken')
    }
  })
})

describe('bad input', () => {
  test('is refused within 50 ms', async () => {
    const login = find('POST', '/v1/auth/login')
    const list = find('GET', '/v1/sessions')
    const keys = Array.from({ length: 5_000 }, (_, at) => `"k${at}":${at % 10}`)
    const nasty: (() => Promise<Answer>)[] = [
      () => send(login, { text: `{${keys.join(',')}}` }),
      () => send(login, { text: '['.repeat(65_000) }),
      () => send(login, { body: { email: `${'a.'.repeat(30_000)}@x`, password: 'x' } }),
      () => send(login, { body: { email: `a@${'a-'.repeat(120)}`, password: 'x' } }),
      () => send(login, { body: { ...bodyOf(login), deviceName: '\n'.repeat(60_000) } }),
      () => send(list, { query: `?cursor=${'%7C'.repeat(2_500)}` }),
      () => send(list, { query: `?${'a=1&'.repeat(2_500)}` }),
      () => send(list, { headers: { authorization: `Bearer ${'.'.repeat(12_000)}` } }),
      () => send(list, { headers: { authorization: `Bearer ${' '.repeat(12_000)}x y` } }),
      () => send(list, { path: `/v1/sessions/${'%2f'.repeat(4_000)}` }),
    ]
    for (const [index, request] of nasty.entries()) {
      const took: number[] = []
      for (let round = 0; round < 5; round++) {
        const before = process.cpuUsage()
        const { status } = await request()
        took.push(processorMs(before))
        expect([400, 401, 413]).toContain(status)
      }
      // What else runs in this process only ever adds to the shortest.
      expect(Math.min(...took), `request ${index}`).toBeLessThan(50)
    }
  })

  test('has changed nothing of the session that sent it', async () => {
    const headers = { authorization: `Bearer ${session.accessToken}` }
    expect((await call(port, 'GET', '/v1/verify', { headers })).status).toBe(204)
    const json = { refreshToken: session.refreshToken }
    expect((await call(port, 'POST', '/v1/auth/refresh', { json })).status).toBe(200)
  })
})
