import { once } from 'node:events'
import type http from 'node:http'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import helmet from '@fastify/helmet'
import * as fc from 'fast-check'
import Fastify from 'fastify'
import { Type } from 'typebox'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { problems } from '../../../src/errors.ts'
import { securityHeaders } from '../../../src/http/conventions/security-headers.ts'
import { openApiDocument } from '../../../src/http/openapi.ts'
import {
  type Answer,
  type ConventionsApp,
  call,
  parseAnswer,
  rawExchange,
  rawGet,
  slowMs,
  startConventionsApp,
} from '../../support/conventions-app.ts'
import { processorMs } from '../../support/stopwatch.ts'

let service: ConventionsApp
beforeAll(async () => {
  service = await startConventionsApp()
})
afterAll(() => service.close())

const id = '0198c0de-0000-7000-8000-000000000000'
const signup = { email: 'a@example.org', password: 'correct horse battery' }

type Body = {
  type: string
  title: string
  status: number
  code: string
  detail?: string
  errors?: { path: string; message: string }[]
  requestId: string
}

/** Everything that every problem promises; returns the body for the rest. */
function expectProblem(answer: Answer, code: keyof typeof problems): Body {
  expect(answer.status, answer.text).toBe(problems[code].status)
  expect(answer.headers['content-type']).toBe('application/problem+json')
  expect(answer.headers).toMatchObject(securityHeaders)
  const body: Body = JSON.parse(answer.text)
  expect(body).toMatchObject({
    type: `https://latchkey.dev/problems/${code}`,
    title: problems[code].title,
    status: answer.status,
    code,
    requestId: answer.headers['x-request-id'],
  })
  expect(body.requestId).toMatch(/^[A-Za-z0-9._~-]{1,64}$/)
  return body
}

const post = (path: string, body: string | Buffer, headers = {}) =>
  call(service.port, 'POST', path, { body, headers: { 'content-type': 'application/json', ...headers } })

describe('problems', () => {
  const get = (code: string) => call(service.port, 'GET', `/v1/problems/${code}`)

  test('carry what the code that threw them told, beside the constant fields', async () => {
    const revoked = await get('session_revoked')
    expect(expectProblem(revoked, 'session_revoked')).toMatchObject({ reason: 'logout' })
    const denied = await get('permission_denied')
    expect(expectProblem(denied, 'permission_denied')).toMatchObject({ requires: 'sessions:read' })
  })

  test('say invalid_token only of a credential that was presented, and Bearer on every 401', async () => {
    const challenge = async (code: string) => (await get(code)).headers['www-authenticate']
    expect(await challenge('access_token_expired')).toBe('Bearer error="invalid_token"')
    expect(await challenge('session_revoked')).toBe('Bearer error="invalid_token"')
    expect(await challenge('authentication_required')).toBe('Bearer')
    expect(await challenge('invalid_credentials')).toBe('Bearer')
    expect(await challenge('permission_denied')).toBeUndefined()
  })

  test('send Retry-After, also when it is zero', async () => {
    const answer = await get('overloaded')
    expectProblem(answer, 'overloaded')
    expect(answer.headers['retry-after']).toBe('0')
  })

  test('tell nothing of a failure of ours, whose stack goes to the log once', async () => {
    const before = service.log.length
    const answer = await call(service.port, 'GET', '/v1/fails')
    const body = expectProblem(answer, 'internal_error')
    expect(Object.keys(body).sort()).toEqual(['code', 'requestId', 'status', 'title', 'type'])
    const logged = service.log.slice(before)
    expect(logged).toMatchObject([
      {
        level: 50,
        reqId: body.requestId,
        error: { type: 'Error', code: '42P01', stack: expect.stringContaining('conventions-app') },
      },
    ])
  })

  test('leave out the detail of an internal error that was thrown as one', async () => {
    const body = expectProblem(await get('internal_error'), 'internal_error')
    expect(body.detail).toBeUndefined()
    expect(JSON.stringify(service.log.at(-1))).toContain('the reason')
  })

  test('answer also what is thrown without being an Error, and do not log its text', async () => {
    expectProblem(await call(service.port, 'GET', '/v1/throws-text'), 'internal_error')
    expect(JSON.stringify(service.log)).not.toContain('hunter2')
  })

  test('answer a handler whose answer does not fit its own schema', async () => {
    expectProblem(await call(service.port, 'GET', '/v1/bad-answer'), 'internal_error')
  })

  test('answer a path that is not there', async () => {
    expectProblem(await call(service.port, 'GET', '/v1/nothing'), 'not_found')
    expectProblem(await post('/v1/nothing', '{"broken'), 'not_found')
  })

  test('have no body, but its headers, for HEAD', async () => {
    const answer = await call(service.port, 'HEAD', '/v1/fails')
    expect(answer).toMatchObject({ status: 500, text: '' })
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(Number(answer.headers['content-length'])).toBeGreaterThan(100)
  })

  test('leave the connection open for the next request', async () => {
    const request = (body: string) =>
      `POST /v1/anything HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n`
    const wire = await rawExchange(
      service.port,
      `${request('{"')}\r\n{"${request('{}')}connection: close\r\n\r\n{}`,
    )
    expect(wire).toMatch(/^HTTP\/1\.1 400 [\s\S]*HTTP\/1\.1 200 /)
  })
})

describe('time limits', () => {
  let hurried: ConventionsApp
  beforeAll(async () => {
    hurried = await startConventionsApp({
      handlerTimeoutMs: 200,
      headersTimeoutMs: 400,
      requestTimeoutMs: 600,
    })
  })
  afterAll(() => hurried.close())

  test.each([
    ['without a body', 'GET', {}],
    ['with a body', 'POST', { json: {} }],
  ])('a handler that takes too long is a 503 that leaves the outcome open: %s', async (_, method, sent) => {
    const answer = await call(hurried.port, method, '/v1/slow', sent)
    const body = expectProblem(answer, 'store_unavailable')
    expect(body.detail).toContain('not known')
    expect(answer.headers['retry-after']).toBe('1')
  })

  test('an injected request that runs out of time is not told that its body did not arrive', async () => {
    const answer = await hurried.app.inject({ method: 'POST', url: '/v1/slow', payload: { any: 'body' } })
    expect([answer.statusCode, answer.json().code]).toEqual([503, 'store_unavailable'])
  })

  test('a handler that hashes a password for too long is overloaded: no store was down', async () => {
    const body = expectProblem(await call(hurried.port, 'GET', '/v1/slow/hashing'), 'overloaded')
    expect(body.detail).toContain('Checking a password took longer')
  })

  test('of outages one line a second is logged, without a stack, with how many were left out', async () => {
    const own = await startConventionsApp()
    const ask = () => call(own.port, 'GET', '/v1/problems/store_unavailable')
    const started = performance.now()
    for (let time = 0; time < 50; time++) expectProblem(await ask(), 'store_unavailable')
    await sleep(1_100)
    await ask()
    const mostLines = 2 + Math.ceil((performance.now() - started) / 1_000)
    expect(own.log.length).toBeLessThan(mostLines)
    expect(own.log.reduce((sum, line) => sum + 1 + Number(line['leftOut']), 0)).toBe(51)
    expect(own.log[0]).toMatchObject({ msg: 'request refused', problem: 'store_unavailable', leftOut: 0 })
    expect(JSON.stringify(own.log)).not.toContain('"stack"')
    await own.close()
  })

  test('a route whose every step ends in time by itself has a limit for those requests only that ask for one', async () => {
    const path = '/v1/slow/in-time-by-itself'
    expect((await call(hurried.port, 'GET', path)).status).toBe(200)
    const answer = await call(hurried.port, 'GET', path, { headers: { 'x-more-steps': 'yes' } })
    expectProblem(answer, 'store_unavailable')
  })

  test.each([
    ['returned', 'GET'],
    ['sent', 'DELETE'],
  ])('what a handler comes to after its time is not logged as a fault: %s', async (_, method) => {
    // Of outages one line a second is written.
    await sleep(1_100)
    const from = hurried.log.length
    const { text } = await call(hurried.port, method, '/v1/slow')
    await sleep(slowMs)
    const [line, ...more] = hurried.log.slice(from)
    expect(more).toEqual([])
    expect(line?.['reqId']).toBe(JSON.parse(text).requestId)
  })

  test('a body that arrives too slowly is a 400: no handler has run', async () => {
    const head =
      'POST /v1/signups HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{'
    const answer = parseAnswer(await rawExchange(hurried.port, head))
    expect(expectProblem(answer, 'validation_failed').detail).toContain('nothing was changed')
  })

  test('headers that arrive too slowly are a 400', async () => {
    const answer = parseAnswer(await rawExchange(hurried.port, 'GET / HTTP/1.1\r\nhost: x\r\n'))
    expect(expectProblem(answer, 'validation_failed').detail).toContain('in time')
  })

  test('a body that never ends after its request was answered gets no second answer', async () => {
    const head = 'POST /v1/nothing HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n{'
    const wire = await rawExchange(hurried.port, head)
    expectProblem(parseAnswer(wire), 'not_found')
    expect(wire.match(/HTTP\/1\.1/g)).toHaveLength(1)
  })

  test('a connection on which nothing was sent is closed without an answer', async () => {
    expect(await rawExchange(hurried.port, '')).toBe('')
  })
})

describe('JSON bodies', () => {
  test.each([
    ['application/json'],
    ['Application/JSON; charset=utf-8'],
    ['application/json;charset="UTF-8"'],
  ])('are taken as %s', async type => {
    expect((await post('/v1/anything', '{"a":1}', { 'content-type': type })).status).toBe(200)
  })

  test.each([
    [{ 'content-type': 'text/plain' }],
    [{ 'content-type': 'application/x-www-form-urlencoded' }],
    [{ 'content-type': 'multipart/form-data; boundary=x' }],
    [{ 'content-type': 'application/json; charset=iso-8859-1' }],
    [{ 'content-type': 'application/json; charset=utf-8; profile=x' }],
    [{ 'content-type': 'application/jsonp' }],
    [{ 'content-type': 'json' }],
    [{ 'content-type': '' }],
    [{ 'content-encoding': 'gzip' }],
    [{ 'content-encoding': 'identity, gzip' }],
  ])('are a 415 with %j', async headers => {
    expectProblem(await post('/v1/anything', '{"a":1}', headers), 'unsupported_media_type')
  })

  test('are a 415 without a content type', async () => {
    const answer = await call(service.port, 'POST', '/v1/anything', { body: '{}' })
    expectProblem(answer, 'unsupported_media_type')
  })

  test('may say that they are not encoded', async () => {
    expect((await post('/v1/anything', '{}', { 'content-encoding': 'identity' })).status).toBe(200)
  })

  const padded = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`
  test('may have 64 KiB and not one byte more', async () => {
    expect((await post('/v1/anything', padded(65_536))).status).toBe(200)
    expectProblem(await post('/v1/anything', padded(65_537)), 'body_too_large')
    const chunked = { 'transfer-encoding': 'chunked' }
    expectProblem(await post('/v1/anything', padded(65_537), chunked), 'body_too_large')
  })

  test('that are far too large still get their 413, not a reset', async () => {
    const large = Buffer.alloc(5_000_000, 'x')
    for (let i = 0; i < 10; i++) expectProblem(await post('/v1/anything', large), 'body_too_large')
  })

  const nul = '\\u0000'
  test.each([
    ['malformed JSON', '{"password":"hunter2",', ''],
    ['a trailing comma', '{"a":1,}', ''],
    ['two values', '{}{}', ''],
    ['single quotes', "{'a':1}", ''],
    ['NaN', '{"a":NaN}', ''],
    ['a name twice', '{"a":1,"a":2}', ''],
    ['a name twice with equal values', '{"a":1,"a":1}', ''],
    ['a name twice, once escaped', '{"a":1,"\\u0061":1}', ''],
    ['a name twice, further down', '{"a":[{"b":{"c":1,"c":{}}}]}', ''],
    ['__proto__', '{"__proto__":{"admin":true}}', '/__proto__'],
    ['__proto__, escaped', '{"\\u005f_proto__":1}', '/__proto__'],
    ['__proto__ further down', '{"a":[{"__proto__":1}]}', '/a/0/__proto__'],
    ['constructor.prototype', '{"constructor":{"prototype":{"x":1}}}', '/constructor'],
    ['NUL in a value', `{"a":{"b":"x${nul}"}}`, '/a/b'],
    ['NUL in a name', `{"x${nul}":1}`, '/x\u0000'],
    ['a raw NUL', '{"a":"\u0000"}', ''],
    ['a lone surrogate in a value', '{"a~/":["\\ud800"]}', '/a~0~1/0'],
    ['a lone surrogate in a name', '{"\\udc00":1}', '/\udc00'],
    ['a number that is no double', '{"a":1e999}', '/a'],
    ['nesting 17 deep', `${'['.repeat(17)}${']'.repeat(17)}`, ''],
    ['nesting 30,000 deep', '['.repeat(30_000), ''],
    ['objects 10,000 deep', '{"a":'.repeat(10_000), ''],
  ])('with %s are a 400 that points to the place', async (_name, body, path) => {
    const answer = await post('/v1/anything', body)
    const { errors } = expectProblem(answer, 'validation_failed')
    expect(errors).toEqual([{ path, message: expect.any(String) }])
    expect(answer.text).not.toContain('hunter2')
  })

  test('that are not UTF-8 are a 400', async () => {
    expectProblem(await post('/v1/anything', Buffer.from('{"a":"\xff"}', 'latin1')), 'validation_failed')
    const overlong = Buffer.from([0x22, 0xc0, 0xaf, 0x22])
    expectProblem(await post('/v1/anything', overlong), 'validation_failed')
  })

  test('may begin with a byte order mark', async () => {
    const answer = await post('/v1/anything', '\u{feff}{"a":1}')
    expect(JSON.parse(answer.text)).toEqual({ body: { a: 1 } })
  })

  test('keep what is unusual but right', async () => {
    const value = { ключ: '🦊\n"', '': [0, -1.5, 1e21, true, null], constructor: 'x', 'a:b': { '{': '[' } }
    const answer = await post('/v1/anything', JSON.stringify(value))
    expect(JSON.parse(answer.text)).toEqual({ body: value })
    const deep = `${'['.repeat(16)}${']'.repeat(16)}`
    expect((await post('/v1/anything', deep)).status).toBe(200)
  })

  test('may be left out where the schema says so', async () => {
    const nothing = JSON.stringify({ body: null })
    expect(await call(service.port, 'POST', '/v1/optional')).toMatchObject({ status: 200, text: nothing })
    expect(await post('/v1/optional', '')).toMatchObject({ status: 200, text: nothing })
    expectProblem(await post('/v1/optional', '{"x":1}'), 'validation_failed')
  })

  test('of 64 KiB are answered within 50 ms, however they are made', async () => {
    const fill = (part: string) => `[${Array(Math.floor(65_000 / (part.length + 1))).fill(part)}]`
    const keys = (name: (i: number) => string) =>
      `{${Array.from({ length: 4000 }, (_, i) => `"${name(i)}":${i % 10}`).join(',')}}`
    const nasty = [
      padded(65_536),
      fill('{}'),
      fill('0'),
      fill('[[[[[[[[[[[[[[]]]]]]]]]]]]]]'),
      fill('"\\u0000"'),
      fill('"\\ud800"'),
      fill('{"__proto__":1}'),
      keys(i => `key${i}`),
      keys(() => 'same'),
      `"${'\\\\'.repeat(32_000)}"`,
      `"${'\\'.repeat(65_001)}`,
      '['.repeat(65_000),
      '{"a":'.repeat(13_000),
      `1${'0'.repeat(65_000)}`,
      ' '.repeat(65_000),
    ]
    for (const path of ['/v1/anything', '/v1/signups']) {
      for (const body of nasty) {
        const took: number[] = []
        for (let i = 0; i < 5; i++) {
          const before = process.cpuUsage()
          const answer = await post(path, body)
          took.push(processorMs(before))
          expect(answer.status).toBeLessThan(500)
        }
        // What else runs in this process only ever adds to the shortest.
        expect(Math.min(...took), body.slice(0, 40)).toBeLessThan(50)
      }
    }
  })

  test('of any bytes never fail the service, and are refused as problems', async () => {
    const json = fc.json({ maxDepth: 20 })
    const damaged = fc
      .tuple(json, fc.nat(), fc.constantFrom('\u0000', '"', '\\', '{', ']', ',', '\ud800', '"a":1,"a":1'))
      .map(([text, at, bit]) => {
        const place = at % (text.length + 1)
        return `${text.slice(0, place)}${bit}${text.slice(place)}`
      })
    const field = fc.oneof(fc.string({ unit: 'binary' }), fc.anything())
    const almost = fc
      .record(
        { email: field, password: field, deviceName: field, clientType: field, note: field, address: field },
        { requiredKeys: [] },
      )
      .map(value => fc.stringify(value) && JSON.stringify(value, (_key, part) => plain(part)))
    const bytes = fc.uint8Array({ maxLength: 200 }).map(array => Buffer.from(array))
    const body = fc.oneof(json, damaged, almost, bytes)
    const path = fc.constantFrom('/v1/signups', '/v1/anything', '/v1/optional')
    await fc.assert(
      fc.asyncProperty(path, body, async (path, body) => {
        const answer = await post(path, body ?? '')
        expect(answer.status, answer.text).toBeLessThan(500)
        if (answer.status >= 400) expectProblem(answer, 'validation_failed')
      }),
      { numRuns: 400 },
    )
  })
})

function plain(value: unknown): unknown {
  return typeof value === 'bigint' || typeof value === 'symbol' ? String(value) : value
}

describe('schemas', () => {
  const errorsOf = async (value: unknown) => {
    const answer = await call(service.port, 'POST', '/v1/signups', { json: value })
    return expectProblem(answer, 'validation_failed').errors
  }

  test('are met by what fits them', async () => {
    const value = { ...signup, note: null, clientType: 'web', address: { city: 'Ulm' } }
    expect((await call(service.port, 'POST', '/v1/signups', { json: value })).status).toBe(201)
  })

  test('refuse unknown fields at any depth instead of dropping them', async () => {
    const value = { ...signup, role: 'admin', address: { city: 'Ulm', 'a/b': 1 } }
    expect(await errorsOf(value)).toEqual([
      { path: '/role', message: 'is not a known field' },
      { path: '/address/a~1b', message: 'is not a known field' },
    ])
  })

  test('do not coerce what is in a body', async () => {
    expect(await errorsOf({ email: 1, password: ['correct horse battery'], deviceName: true })).toEqual([
      { path: '/email', message: 'must be a string' },
      { path: '/password', message: 'must be a string' },
      { path: '/deviceName', message: 'must be a string' },
    ])
  })

  test('name every field that is wrong, and say what it must be without repeating it', async () => {
    const value = { email: 'hunter2', password: 'hunter2', deviceName: '', clientType: 'tv', note: 'hunter2' }
    const answer = await call(service.port, 'POST', '/v1/signups', { json: value })
    expect(expectProblem(answer, 'validation_failed').errors).toEqual([
      { path: '/email', message: 'must be an email address' },
      { path: '/password', message: 'must be at least 12 characters' },
      { path: '/deviceName', message: 'must not be empty' },
      { path: '/clientType', message: 'must be one of web, mobile' },
      { path: '/note', message: 'must be at most 3 characters' },
    ])
    expect(answer.text).not.toContain('hunter2')
    expect(await errorsOf({ ...signup, note: 5, deviceName: 'x'.repeat(65) })).toEqual([
      { path: '/deviceName', message: 'must be at most 64 characters' },
      { path: '/note', message: 'must be a string or null' },
    ])
  })

  test('say which fields are missing', async () => {
    expect(await errorsOf({ address: {} })).toEqual([
      { path: '/email', message: 'is required' },
      { path: '/password', message: 'is required' },
      { path: '/address/city', message: 'is required' },
    ])
  })

  test('say so when the whole body is missing, or not an object', async () => {
    const missing = await call(service.port, 'POST', '/v1/signups')
    expect(expectProblem(missing, 'validation_failed').errors).toEqual([
      { path: '', message: 'is required: send a JSON object' },
    ])
    expect(await errorsOf([])).toEqual([{ path: '', message: 'must be an object' }])
    expect(await errorsOf('x')).toEqual([{ path: '', message: 'must be an object' }])
  })

  test('list at most 20 faults', async () => {
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`k${i}`, 1]))
    expect(await errorsOf({ ...signup, ...many })).toHaveLength(20)
  })

  test('do not repeat a very long name', async () => {
    const [fault] = (await errorsOf({ ...signup, ['x'.repeat(60_000)]: 1 })) ?? []
    expect(fault?.path.length).toBe(200)
  })

  test.each([
    'a@b@c',
    'a b@c.de',
    '"a\nb"@c.de',
    `${'a'.repeat(250)}@c.de`,
    'a@',
    '@c.de',
    'a@-c.de',
    'a@c.de\n',
  ])('take no email address like %j', async email => {
    expect(await errorsOf({ ...signup, email })).toEqual([
      { path: '/email', message: 'must be an email address' },
    ])
  })

  test('that let unknown fields pass stop the start', async () => {
    const { app, close } = await startConventionsApp()
    await close()
    expect(app.hasRoute({ method: 'GET', url: '/v1/signups' })).toBe(true)
    const open = Type.Object(
      { a: Type.Array(Type.Object({ b: Type.String() })) },
      { additionalProperties: false },
    )
    const compile = app.validatorCompiler
    if (!compile) throw new Error('no validator compiler')
    expect(() => compile({ schema: open, method: 'POST', url: '/v1/x', httpPart: 'body' })).toThrow(
      'POST /v1/x: the schema of its body/properties/a/items must be a StrictObject',
    )
  })
})

describe('queries and paths', () => {
  const get = (path: string) => call(service.port, 'GET', path)

  test('have their numbers and booleans read', async () => {
    const answer = await get('/v1/signups?limit=10&all=true&cursor=10')
    expect(JSON.parse(answer.text)).toEqual({ query: { limit: 10, all: true, cursor: '10' } })
  })

  test.each([
    ['limit=', '/limit', 'must be an integer'],
    ['limit=ten', '/limit', 'must be an integer'],
    ['limit=1.5', '/limit', 'must be an integer'],
    ['limit=0x10', '/limit', 'must be an integer'],
    ['limit=1e1', '/limit', 'must be an integer'],
    ['limit=%201', '/limit', 'must be an integer'],
    ['limit=1&limit=2', '/limit', 'must be an integer'],
    ['limit=101', '/limit', 'must be at most 100'],
    ['limit=-1', '/limit', 'must be at least 1'],
    ['all=yes', '/all', 'must be true or false'],
    ['all=1', '/all', 'must be true or false'],
    ['Limit=1', '/Limit', 'is not a known field'],
    ['__proto__=1', '/__proto__', 'is not a name that a field may have'],
    ['cursor=%00', '/cursor', 'must not contain a NUL character'],
    ['cursor=a&cursor=%00', '/cursor', 'must not contain a NUL character'],
    ['%00=1', '/\u0000', 'is not a name that a field may have'],
  ])('are a 400 with ?%s', async (query, path, message) => {
    const body = expectProblem(await get(`/v1/signups?${query}`), 'validation_failed')
    expect(body).toMatchObject({ detail: 'The query string is not valid.', errors: [{ path, message }] })
  })

  test('take no query that is not declared, and no body', async () => {
    const query = await get(`/v1/signups/${id}?force=1`)
    expect(expectProblem(query, 'validation_failed').errors).toEqual([
      { path: '/force', message: 'is not a known field' },
    ])
    const body = await call(service.port, 'PATCH', `/v1/signups/${id}`, { json: { a: 1 } })
    expect(expectProblem(body, 'validation_failed').errors).toEqual([
      { path: '', message: 'must be empty: this call takes no body' },
    ])
    expect((await call(service.port, 'DELETE', `/v1/signups/${id}`)).status).toBe(204)
  })

  test.each([
    'x',
    `${id}0`,
    `%00${id}`,
    `${id}%20`,
    '%ED%A0%80',
    '%zz',
    '%',
    'a'.repeat(100),
    'a'.repeat(5000),
  ])('are a 400 where an id is %s', async broken => {
    expectProblem(await get(`/v1/signups/${broken}`), 'validation_failed')
  })

  test('of any text never fail the service', async () => {
    const text = fc.oneof(
      fc
        .string({ unit: 'binary' })
        .filter(t => t.isWellFormed())
        .map(encodeURIComponent),
      raw,
    )
    await fc.assert(
      fc.asyncProperty(text, text, async (path, query) => {
        const answer = await get(`/v1/signups/${path}?${query}`)
        expect([400, 404]).toContain(answer.status)
        expectProblem(answer, answer.status === 404 ? 'not_found' : 'validation_failed')
      }),
      { numRuns: 300 },
    )
  })
})

/** What an HTTP client lets into a request line. */
const raw = fc.string({ unit: fc.constantFrom(...'abc%0/?&=+;.#[]:@~\\"<>{}|^`') })

describe('methods', () => {
  test.each([
    ['PUT', '/v1/signups', 'GET, HEAD, POST'],
    ['POST', `/v1/signups/${id}`, 'DELETE, GET, HEAD, PATCH'],
    ['GET', '/v1/anything', 'POST'],
    ['OPTIONS', '/v1/signups', 'GET, HEAD, POST'],
    ['TRACE', '/v1/signups', 'GET, HEAD, POST'],
    ['PROPFIND', '/v1/signups', 'GET, HEAD, POST'],
    ['POST', '/openapi.json', 'GET, HEAD'],
    ['GET', '/v1/guarded', 'PUT'],
  ])('%s %s is a 405 that allows %s', async (method, path, allow) => {
    const answer = await call(service.port, method, path)
    expectProblem(answer, 'method_not_allowed')
    expect(answer.headers.allow).toBe(allow)
  })

  test('that are wrong are refused before a credential is looked at or a body read', async () => {
    expectProblem(await call(service.port, 'PUT', '/v1/guarded', { json: {} }), 'authentication_required')
    const options = { body: '{"broken', headers: { 'content-type': 'text/html' } }
    expectProblem(await call(service.port, 'POST', '/v1/guarded', options), 'method_not_allowed')
    const unsent = 'PUT /v1/signups HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\nconnection: close\r\n\r\n'
    expectProblem(parseAnswer(await rawExchange(service.port, unsent)), 'method_not_allowed')
  })

  test('HEAD answers as GET does, without the body', async () => {
    const answer = await call(service.port, 'HEAD', '/v1/signups')
    expect(answer).toMatchObject({ status: 200, text: '' })
  })
})

describe('request ids', () => {
  const idFor = async (given: string) =>
    (await call(service.port, 'GET', '/v1/signups', { headers: { 'x-request-id': given } })).headers[
      'x-request-id'
    ]

  test('are the caller’s own when they are plain tokens', async () => {
    for (const given of ['a', 'A-Z_0.9~x', 'x'.repeat(64)]) expect(await idFor(given)).toBe(given)
  })

  test('are new ones, of 32 hexadecimal digits, for anything else', async () => {
    for (const given of ['', 'x'.repeat(65), 'a b', 'a,b', 'a"b', '<b>', 'ä', '\t']) {
      expect(await idFor(given)).toMatch(/^[0-9a-f]{32}$/)
    }
  })

  test('stand in every answer', async () => {
    const headers = { 'x-request-id': 'mine' }
    for (const path of ['/v1/signups', '/v1/fails', '/v1/nothing', '/v1/%zz', '/docs', '/v1/signups/x']) {
      expect((await call(service.port, 'GET', path, { headers })).headers['x-request-id']).toBe('mine')
    }
  })
})

describe('security headers', () => {
  test('are those that helmet sends when it is set for an API', async () => {
    const app = Fastify()
    await app.register(helmet, {
      contentSecurityPolicy: {
        useDefaults: false,
        directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
      },
      frameguard: { action: 'deny' },
    })
    app.get('/', async () => 'ok')
    const { headers } = await app.inject('/')
    const { 'cache-control': _, ...ours } = securityHeaders
    expect(headers).toMatchObject(ours)
    await app.close()
  })

  test('stand in every answer', async () => {
    const paths = ['/v1/signups', '/v1/fails', '/v1/nothing', '/v1/%zz', '/v1/signups?x=1']
    for (const path of paths) {
      expect((await call(service.port, 'GET', path)).headers).toMatchObject(securityHeaders)
    }
    const { 'cache-control': _, ...others } = securityHeaders
    expect((await call(service.port, 'GET', '/openapi.json')).headers).toMatchObject(others)
    const empty = await call(service.port, 'DELETE', `/v1/signups/${id}`)
    expect(empty.headers).toMatchObject(securityHeaders)
  })
})

describe('on the raw socket', () => {
  const send = async (bytes: string | Buffer) => parseAnswer(await rawExchange(service.port, bytes))

  test.each(['xchunked', 'gzip, chunked', 'chunked, chunked', 'chunked, identity'])(
    'a body in the transfer coding %s is a 400, and nothing behind it is read as a request',
    async coding => {
      const head = `POST /v1/anything HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: ${coding}\r\n\r\n`
      const wire = await rawExchange(service.port, `${head}0\r\n\r\nGET /health HTTP/1.1\r\nhost: x\r\n\r\n`)
      expect(wire.match(/HTTP\/1\.1 /g)).toHaveLength(1)
      const answer = parseAnswer(wire)
      expectProblem(answer, 'validation_failed')
      expect(answer.headers['connection']).toBe('close')
    },
  )
  const close = 'connection: close\r\n'

  test.each([
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['TLS', Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00])],
    ['an unknown method', 'BREW / HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['an unknown version', 'GET / HTTP/9.9\r\nhost: x\r\n\r\n'],
    ['a space in the path', 'GET /a b HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['a header without a name', 'GET / HTTP/1.1\r\nhost: x\r\n: x\r\n\r\n'],
    ['NUL in a header', 'GET / HTTP/1.1\r\nhost: x\r\na: \u0000\r\n\r\n'],
    ['two lengths', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n'],
    [
      'a length and a coding',
      'POST /v1/anything HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
    ],
    [
      'a broken chunk',
      'POST /v1/anything HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
    ],
    ['CONNECT', 'CONNECT example.org:443 HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['no Host', `GET /v1/signups HTTP/1.1\r\n${close}\r\n`],
    ['two Hosts', `GET /v1/signups HTTP/1.1\r\nhost: x\r\nHost: x\r\n${close}\r\n`],
    ['an unknown expectation', `GET /v1/signups HTTP/1.1\r\nhost: x\r\nexpect: tea\r\n${close}\r\n`],
    ['a path that does not decode', `GET /%zz HTTP/1.1\r\nhost: x\r\n${close}\r\n`],
  ])('%s is a 400', async (_name, bytes) => {
    const answer = await send(bytes)
    expectProblem(answer, 'validation_failed')
    expect(answer.headers.connection).toBe('close')
    expect(answer.headers.date).toBeDefined()
  })

  test.each([
    ['a header', `GET / HTTP/1.1\r\nhost: x\r\nuser-agent: ${'x'.repeat(17_000)}\r\n\r\n`],
    ['many headers', `GET / HTTP/1.1\r\nhost: x\r\n${'name: value\r\n'.repeat(4000)}\r\n`],
    ['a path', `GET /${'x'.repeat(17_000)} HTTP/1.1\r\nhost: x\r\n\r\n`],
    ['a header of 2 MB', `GET / HTTP/1.1\r\nhost: x\r\na: ${'x'.repeat(2_000_000)}\r\n\r\n`],
  ])('%s that is too large is a 431', async (_name, bytes) => {
    for (let i = 0; i < 3; i++) {
      const answer = await send(bytes)
      expectProblem(answer, 'headers_too_large')
      expect(answer.headers.connection).toBe('close')
    }
  })

  test('a user agent of 8 KB is nothing special', async () => {
    const headers = { 'user-agent': 'x'.repeat(8192) }
    expect((await call(service.port, 'GET', '/v1/signups', { headers })).status).toBe(200)
  })

  test('HTTP/1.0 needs no Host', async () => {
    expect((await send('GET /v1/signups HTTP/1.0\r\n\r\n')).status).toBe(200)
  })

  test('the absolute form of a request line works', async () => {
    expect((await send(`GET http://x/v1/signups HTTP/1.1\r\nhost: x\r\n${close}\r\n`)).status).toBe(200)
  })

  test('Expect: 100-continue is met', async () => {
    const head = `POST /v1/anything HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n${close}`
    const wire = await rawExchange(
      service.port,
      `${head}content-type: application/json\r\ncontent-length: 2\r\n\r\n{}`,
    )
    expect(wire).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/)
  })

  test('OPTIONS of the whole server is no failure', async () => {
    expect((await send(`OPTIONS * HTTP/1.1\r\nhost: x\r\n${close}\r\n`)).status).toBe(404)
  })

  test('random bytes never bring a 5xx', async () => {
    const start = fc.constantFrom(
      '',
      'GET ',
      'GET / ',
      'GET / HTTP/1.1\r\n',
      'POST / HTTP/1.1\r\nhost: x\r\n',
    )
    await fc.assert(
      fc.asyncProperty(start, fc.uint8Array({ minLength: 1, maxLength: 60 }), async (start, noise) => {
        // Whatever the noise was taken for, this cannot be the start of a request.
        const end = Buffer.from('\r\n\r\n\0\r\n\r\n')
        const wire = await rawExchange(service.port, Buffer.concat([Buffer.from(start), noise, end]))
        expect(wire).toMatch(/^HTTP\/1\.1 4\d\d /)
        expect(wire).toContain('application/problem+json')
      }),
      { numRuns: 60 },
    )
  })
})

describe('the description of the API', () => {
  type Document = {
    openapi: string
    paths: Record<string, Record<string, { responses: Record<string, unknown> }>>
    components: { schemas: Record<string, unknown> }
  }

  test('is OpenAPI 3.1 of the public routes and nothing else', async () => {
    const answer = await call(service.port, 'GET', '/openapi.json')
    expect(answer.headers['content-type']).toMatch(/^application\/json/)
    const document: Document = JSON.parse(answer.text)
    expect(document.openapi).toBe('3.1.0')
    expect(Object.keys(document.paths).filter(path => !path.startsWith('/v1/'))).toEqual([])
    expect(Object.keys(document.paths['/v1/signups'] ?? {}).sort()).toEqual(['get', 'post'])
    expect(document.components.schemas).toHaveProperty('Problem')
  })

  test('names the problems of each route, all of one shape', async () => {
    const document: Document = JSON.parse((await call(service.port, 'GET', '/openapi.json')).text)
    const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }
    const responses = document.paths['/v1/signups']?.['post']?.responses
    expect(Object.keys(responses ?? {})).toEqual(['201', '400', '409', 'default'])
    expect(responses?.['409']).toEqual({ description: expect.stringContaining('email_taken'), content })
    expect(responses?.['default']).toEqual({ description: expect.any(String), content })
  })

  test('is the same text on every server and at every time', async () => {
    const other = await startConventionsApp()
    const text = openApiDocument(other.app)
    await other.close()
    expect((await call(service.port, 'GET', '/openapi.json')).text).toBe(text)
    expect(text).not.toMatch(/127\.0\.0\.1|localhost/)
  })

  test('is readable at /docs, from files of our own and under a policy that allows no others', async () => {
    const page = await call(service.port, 'GET', '/docs')
    expect(page.headers['content-type']).toMatch(/^text\/html/)
    const policy = String(page.headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
    const parts = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(match => match[1] ?? '')
    expect(parts.length).toBeGreaterThan(4)
    expect(page.text).toContain('<title>Latchkey API</title>')
    const script = await call(service.port, 'GET', '/docs/static/swagger-initializer.js')
    const logo = /data:image\/svg\+xml;base64,([\w+/=]+)/.exec(script.text)?.[1] ?? ''
    expect(Buffer.from(logo, 'base64').toString()).toContain('<title>Latchkey</title>')
    for (const part of parts) {
      expect(part).toMatch(/^\/docs\//)
      expect((await call(service.port, 'GET', part)).status).toBe(200)
    }
    const alias = await call(service.port, 'GET', '/docs/json')
    expect([alias.status, alias.headers.location]).toEqual([308, '/openapi.json'])
  })

  test('is rendered once, and sent compressed and by its tag to those that take it so', async () => {
    const own = await startConventionsApp()
    const render = vi.spyOn(own.app, 'swagger')
    const get = (headers: http.OutgoingHttpHeaders = {}) => rawGet(own.port, '/openapi.json', headers)
    const [plain, gzipped] = [await get(), await get({ 'accept-encoding': 'gzip, br' })]
    expect(gzipped.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(gzipped.body).equals(plain.body)).toBe(true)
    expect(gzipped.body.length).toBeLessThan(plain.body.length / 4)
    for (const { headers } of [plain, gzipped]) {
      expect(headers).toMatchObject({ 'cache-control': 'public, max-age=300', vary: 'accept-encoding' })
    }
    const again = await get({ 'if-none-match': plain.headers.etag })
    expect([again.status, again.body.length]).toEqual([304, 0])
    expect(render).toHaveBeenCalledTimes(1)
    await own.close()
  })

  test('has no pages where they are switched off', async () => {
    const own = await startConventionsApp({ docs: false })
    for (const path of ['/docs', '/docs/json', '/docs/static/swagger-ui.css']) {
      expect((await call(own.port, 'GET', path)).status).toBe(404)
    }
    expect((await call(own.port, 'GET', '/openapi.json')).status).toBe(200)
    await own.close()
  })

  test('loosens the policy for that page only', async () => {
    const { headers } = await call(service.port, 'GET', '/openapi.json')
    expect(headers['content-security-policy']).toBe(securityHeaders['content-security-policy'])
  })
})

describe('closing', () => {
  test('still answers what has arrived, and says that the connection ends', async () => {
    const closing = await startConventionsApp()
    const socket = net.connect(closing.port, '127.0.0.1')
    const chunks: Buffer[] = []
    socket.on('data', chunk => chunks.push(chunk))
    socket.write('GET /v1/slow HTTP/1.1\r\nhost: x\r\n\r\n')
    await new Promise(resolve => setTimeout(resolve, 200))
    const closed = closing.close()
    await new Promise(resolve => setTimeout(resolve, 100))
    socket.write('GET /v1/nothing HTTP/1.1\r\nhost: x\r\n\r\n')
    await once(socket, 'close')
    await closed
    const wire = Buffer.concat(chunks).toString()
    expect(wire).toMatch(/^HTTP\/1\.1 200 OK/)
    expect(wire).not.toContain('503')
    const second = wire.slice(wire.lastIndexOf('HTTP/1.1'))
    expect(second).toMatch(/^HTTP\/1\.1 404 [\s\S]*connection: close/i)
  })
})
