import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { Type } from 'typebox'
import { Problem } from '../../src/errors.ts'
import { StrictObject } from '../../src/http/conventions/validation/strict-object.ts'
import {
  type ConventionOptions,
  conventions,
  type ServerLimits,
  serverOptions,
} from '../../src/http/conventions.ts'

/** Milliseconds that `/v1/slow` takes. */
export const slowMs = 700

/** An answer as it came over the wire. */
export type Answer = { status: number; headers: http.IncomingHttpHeaders; text: string }

export type ConventionsApp = {
  app: FastifyInstance
  port: number
  /** What was logged, one object a line. */
  log: Record<string, unknown>[]
  close(): Promise<void>
}

/** A small service that has nothing but the conventions and a few routes to show them on. */
export async function startConventionsApp(
  limits: ServerLimits & Pick<ConventionOptions, 'handlerTimeoutMs' | 'connections' | 'docs'> = {},
): Promise<ConventionsApp> {
  const { handlerTimeoutMs = 1900, connections, docs = true } = limits
  const log: Record<string, unknown>[] = []
  const stream = new Writable({
    write(line, _encoding, done) {
      log.push(JSON.parse(String(line)))
      done()
    },
  })
  const app = Fastify(serverOptions(pino({ level: 'warn' }, stream), limits))
  await app.register(conventions, {
    version: '1.2.3',
    handlerTimeoutMs,
    docs,
    ...(connections === undefined ? {} : { connections }),
    securitySchemes: { accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
  })
  await app.register(demoRoutes)
  await app.register(guardedRoutes)
  // Not `localhost`: for that, Fastify makes a second server which lacks the handlers of the first.
  await app.listen({ port: 0, host: '127.0.0.1' })
  const address = app.server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the app does not listen on a port')
  return { app, port: address.port, log, close: () => app.close() }
}

const Signup = StrictObject({
  email: Type.String({ format: 'email' }),
  password: Type.String({ minLength: 12, maxLength: 128 }),
  deviceName: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  clientType: Type.Optional(Type.Union([Type.Literal('web'), Type.Literal('mobile')])),
  note: Type.Optional(Type.Union([Type.String({ maxLength: 3 }), Type.Null()])),
  address: Type.Optional(StrictObject({ city: Type.String() })),
})

async function demoRoutes(scope: FastifyInstance): Promise<void> {
  const app = scope.withTypeProvider<TypeBoxTypeProvider>()
  app.post(
    '/v1/signups',
    {
      schema: { body: Signup, response: { 201: StrictObject({ email: Type.String() }) } },
      config: { problems: ['email_taken'] },
    },
    async (request, reply) => reply.code(201).send({ email: request.body.email }),
  )
  const Page = StrictObject({
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    all: Type.Optional(Type.Boolean()),
    cursor: Type.Optional(Type.String({ maxLength: 20 })),
  })
  app.get('/v1/signups', { schema: { querystring: Page } }, async request => ({ query: request.query }))
  const Id = StrictObject({ id: Type.String({ format: 'uuid' }) })
  app.get('/v1/signups/:id', { schema: { params: Id } }, async request => ({ id: request.params.id }))
  app.patch('/v1/signups/:id', { schema: { params: Id } }, async () => ({}))
  app.delete('/v1/signups/:id', { schema: { params: Id } }, async (_request, reply) => reply.code(204).send())
  app.post('/v1/anything', { schema: { body: Type.Unknown() } }, async request => ({ body: request.body }))
  const Optional = Type.Union([StrictObject({ refreshToken: Type.Optional(Type.String()) }), Type.Null()])
  app.post('/v1/optional', { schema: { body: Optional } }, async request => ({ body: request.body }))
  app.get('/v1/fails', async () => {
    throw Object.assign(new Error('relation "users" does not exist'), { statusCode: 404, code: '42P01' })
  })
  app.get('/v1/throws-text', async () => {
    throw 'a text with hunter2 in it'
  })
  app.get(
    '/v1/bad-answer',
    { schema: { response: { 200: StrictObject({ n: Type.Integer() }) } } },
    async () => {
      const answer: { n: number } = JSON.parse('{"n":"no number"}')
      return answer
    },
  )
  const slow = async () => {
    await sleep(slowMs)
    return { slow: true }
  }
  app.get('/v1/slow', slow)
  app.get('/v1/slow/hashing', { config: { hashes: true } }, slow)
  app.delete('/v1/slow', async (_request, reply) => {
    await slow()
    return reply.code(204).send()
  })
  app.post('/v1/slow', { schema: { body: Type.Unknown() } }, slow)
  app.get(
    '/v1/slow/in-time-by-itself',
    {
      config: { deadline: false },
      onRequest(request, reply, done) {
        if (request.headers['x-more-steps'] !== undefined) request.server.startDeadline(request, reply)
        done()
      },
    },
    slow,
  )
  const Code = StrictObject({ code: Type.String() })
  app.get('/v1/problems/:code', { schema: { params: Code } }, async request => {
    throw problemNamed(request.params.code)
  })
}

function problemNamed(name: string): Problem {
  switch (name) {
    case 'session_revoked':
      return new Problem('session_revoked', { reason: 'logout' })
    case 'access_token_expired':
    case 'authentication_required':
    case 'invalid_credentials':
      return new Problem(name)
    case 'permission_denied':
      return new Problem('permission_denied', { requires: 'sessions:read' })
    case 'store_unavailable':
      return new Problem(name, { retryAfterSeconds: 1 }, { cause: new Error('the connection was refused') })
    case 'overloaded':
      return new Problem('overloaded', { retryAfterSeconds: 0 })
    case 'internal_error':
      return new Problem('internal_error', { detail: 'a secret' }, { cause: new Error('the reason') })
    default:
      return new Problem('not_found')
  }
}

/** Routes behind a credential, which is looked at as early as a hook can. */
async function guardedRoutes(scope: FastifyInstance): Promise<void> {
  scope.addHook('onRequest', async () => {
    throw new Problem('authentication_required')
  })
  scope.put('/v1/guarded', { schema: { body: Type.Unknown() } }, async () => ({}))
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 4 })

/** One request by an ordinary client, which keeps its connections. */
export async function call(
  port: number,
  method: string,
  path: string,
  options: { headers?: http.OutgoingHttpHeaders; body?: string | Buffer; json?: unknown } = {},
): Promise<Answer> {
  const body = 'json' in options ? JSON.stringify(options.json) : options.body
  const headers =
    'json' in options ? { 'content-type': 'application/json', ...options.headers } : options.headers
  const request = http.request({ agent, host: '127.0.0.1', port, method, path, headers: headers ?? {} })
  request.end(body)
  const [response]: http.IncomingMessage[] = await once(request, 'response')
  if (!response) throw new Error('no response')
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(Buffer.from(chunk))
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: Buffer.concat(chunks).toString(),
  }
}

/** A GET on a connection of its own, whose body is left as it came. */
export async function rawGet(port: number, path: string, headers: http.OutgoingHttpHeaders = {}) {
  const request = http.get({ host: '127.0.0.1', port, path, headers, agent: false })
  const [response]: http.IncomingMessage[] = await once(request, 'response')
  if (!response) throw new Error('no response')
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(Buffer.from(chunk))
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }
}

/** Sends bytes on a connection of its own and collects all that comes back until the service closes it. */
export async function rawExchange(port: number, bytes: string | Buffer): Promise<string> {
  const socket = net.connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', chunk => chunks.push(chunk))
  socket.on('error', () => undefined)
  socket.write(bytes)
  await once(socket, 'close')
  return Buffer.concat(chunks).toString()
}

/** Reads the first answer in what came back, and checks that its Content-Length is true. */
export function parseAnswer(wire: string): Answer {
  const end = wire.indexOf('\r\n\r\n')
  const [statusLine = '', ...lines] = wire.slice(0, end).split('\r\n')
  const headers: http.IncomingHttpHeaders = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  const rest = Buffer.from(wire.slice(end + 4))
  const length = Number(headers['content-length'])
  if (end < 0 || rest.length < length) throw new Error(`not a complete answer: ${JSON.stringify(wire)}`)
  return { status: Number(statusLine.split(' ')[1]), headers, text: rest.subarray(0, length).toString() }
}
