import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { connect, createServer, type Socket } from 'node:net'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { client, type Tokens } from '../../support/client.ts'
import { query } from '../../support/database.ts'
import { freePort } from '../../support/port.ts'
import { createUser, type Environment, type Instance, secret, startInstance } from '../../support/service.ts'
import { type ServiceProcess, startProcess } from '../../support/service-process.ts'
import { listening } from '../../support/silent-server.ts'
import { startStopwatch } from '../../support/stopwatch.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'
import { until } from '../../support/until.ts'

const email = 'shutdown@example.test'

let environment: Environment
let databaseUrl: string
/** Without Redis, so that a process which is started has never seen the sessions that begin here. */
let elsewhere: Instance

const processes = new Set<ServiceProcess>()
const sockets = new Set<Socket>()

beforeAll(async () => {
  databaseUrl = (await freshDatabase()).url
  const shared = { DATABASE_URL: databaseUrl, LATCHKEY_SECRET: secret, MAX_SESSIONS_PER_USER: '50' }
  elsewhere = await startInstance(shared)
  await createUser(elsewhere.services, email)
  environment = { ...shared, REDIS_URL: (await freshRedis()).url }
})

afterAll(async () => {
  for (const socket of sockets) socket.destroy()
  for (const served of processes) if (served.isRunning()) await served.kill()
  await elsewhere.close()
})

async function start(settings: Environment = {}): Promise<ServiceProcess> {
  const served = await startProcess({ ...environment, ...settings })
  processes.add(served)
  return served
}

const at = ({ port }: { port: number }) => client(`http://127.0.0.1:${port}`)

/** A session whose last activity is so long ago that the next one is noted. */
async function idleSession(): Promise<Tokens> {
  const tokens = await client(elsewhere.url).signIn(email)
  await query(
    databaseUrl,
    `UPDATE user_sessions SET last_activity_at = clock_timestamp() - interval '1 hour' WHERE id = $1`,
    [tokens.sessionId],
  )
  return tokens
}

/** As it stands in Postgres. */
async function wasActive({ sessionId }: Tokens): Promise<boolean> {
  const [row] = await query<{ lately: boolean }>(
    databaseUrl,
    `SELECT last_activity_at > clock_timestamp() - interval '1 minute' AS lately FROM user_sessions WHERE id = $1`,
    [sessionId],
  )
  return row?.lately ?? false
}

async function expectRefreshed(refreshes: number): Promise<void> {
  // A count serves for a moment.
  await expect
    .poll(async () => (await elsewhere.services.statistics.read()).lastHour.refreshed)
    .toBe(refreshes)
}

type Answered = { status: number; connection: string | undefined; body: Record<string, unknown> }

/** On a connection that its client would keep. */
function ask(port: number, path: string, token = ''): Promise<Answered> {
  const headers = { connection: 'keep-alive', authorization: `Bearer ${token}` }
  return answerTo(request({ port, path, headers }).end())
}

async function answerTo(asking: ClientRequest): Promise<Answered> {
  const [answer]: IncomingMessage[] = await once(asking, 'response')
  if (answer === undefined) throw new Error('no answer')
  const text = Buffer.concat(await answer.toArray()).toString()
  return {
    status: answer.statusCode ?? 0,
    connection: answer.headers.connection,
    body: text === '' ? {} : JSON.parse(text),
  }
}

/** A refresh that the service has begun to read; its body comes when the test says so. */
async function beginRefresh(port: number, refreshToken: string) {
  const body = JSON.stringify({ refreshToken })
  const asking = request({
    port,
    method: 'POST',
    path: '/v1/auth/refresh',
    headers: {
      connection: 'keep-alive',
      'content-type': 'application/json',
      'content-length': body.length,
      expect: '100-continue',
    },
  })
  const answer = answerTo(asking)
  asking.flushHeaders()
  await once(asking, 'continue')
  return {
    finish(): Promise<Answered> {
      asking.end(body)
      return answer
    },
  }
}

/** Asks for readiness, liveness and a session, again and again, until nobody listens; `rounds` grows meanwhile. */
async function keepAsking(port: number, token: string, rounds: Answered[][]): Promise<void> {
  try {
    for (;;) {
      const ready = await ask(port, '/health/ready')
      const others = await Promise.all([ask(port, '/health/live'), ask(port, '/v1/verify', token)])
      rounds.push([ready, ...others])
    }
  } catch {
    // What came too late to be answered was never accepted.
  }
}

/** Opens a connection, says so much on it, and never closes it. */
async function hold(port: number, text: string): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  sockets.add(socket)
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  if (text !== '') socket.write(text)
  return socket
}

const halfARequest = 'GET /v1/verify HTTP/1.1\r\nhost: latchkey\r\n'
const halfABody =
  'POST /v1/auth/refresh HTTP/1.1\r\nhost: latchkey\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{'
const aRequest = 'GET /health/live HTTP/1.1\r\nhost: latchkey\r\n\r\n'

/** The exit code, and how long it took, also as on a machine that does nothing else. */
async function ended(served: ServiceProcess) {
  const began = performance.now()
  const stopwatch = startStopwatch()
  const code = await served.ended()
  return { code, tookMs: performance.now() - began, undisturbedMs: stopwatch.readMs() }
}

describe.each(['SIGTERM', 'SIGINT'] as const)('on %s', signal => {
  it('it is not ready, but alive, and answers what was asked before and what is asked still', async () => {
    const served = await start()
    const { accessToken, refreshToken, sessionId } = await client(elsewhere.url).signIn(email)
    const rounds: Answered[][] = []
    const untilClosed = keepAsking(served.port, accessToken, rounds)
    await expect.poll(() => rounds.length).toBeGreaterThan(0)

    const refresh = await beginRefresh(served.port, refreshToken)
    served.signal(signal)
    await untilClosed
    const statuses = rounds.map(round => round.map(({ status }) => status).join(' '))
    expect([...new Set(statuses)]).toEqual(['200 200 204', '503 200 204'])
    expect(rounds.at(-1)?.map(({ connection }) => connection)).toEqual(['close', 'close', 'close'])
    expect(await refresh.finish()).toMatchObject({ status: 200, connection: 'close', body: { sessionId } })
    expect(await served.ended()).toBe(0)
  })

  it('the activity that was noted and the refreshes that were counted are in Postgres when it has ended', async () => {
    const [served, session] = await Promise.all([start(), idleSession()])
    await query(databaseUrl, 'DELETE FROM session_counts')
    const { body } = await at(served).refresh((await idleSession()).refreshToken)
    expect((await at(served).refresh(String(body['refreshToken']))).status).toBe(200)
    expect((await at(served).verify(session.accessToken)).status).toBe(204)

    served.signal(signal)
    expect(await served.ended()).toBe(0)
    expect(await wasActive(session)).toBe(true)
    await expectRefreshed(2)
  })
})

it('a row that somebody has locked does not keep the rest of what was noted from being written', async () => {
  const instance = await startInstance(environment)
  const { accessToken, sessionId } = await idleSession()
  const other = await idleSession()
  await query(databaseUrl, 'DELETE FROM session_counts')
  const holder = new pg.Client({ connectionString: databaseUrl })
  await holder.connect()
  try {
    await holder.query('BEGIN')
    await holder.query('SELECT FROM user_sessions WHERE id = $1 FOR UPDATE', [sessionId])
    expect((await client(instance.url).verify(accessToken)).status).toBe(204)
    expect((await client(instance.url).refresh(other.refreshToken)).status).toBe(200)
    await instance.close()
  } finally {
    await holder.end()
  }
  await expectRefreshed(1)
})

describe.concurrent('a stop that is held up', () => {
  it('ends at once at the second signal', async () => {
    const served = await start()
    await hold(served.port, halfARequest)
    served.signal('SIGTERM')
    await until('readiness has gone', async () => !(await isReady(served.port)))
    served.signal('SIGINT')
    const { code, undisturbedMs } = await ended(served)
    expect(code).toBe(1)
    expect(undisturbedMs).toBeLessThan(2_000)
  })

  it('by clients that say too little or never close ends in order nevertheless, and in time', async () => {
    const metricsPort = await freePort()
    const [served, session] = await Promise.all([start({ METRICS_PORT: String(metricsPort) }), idleSession()])
    for (const text of ['', halfARequest, halfABody, aRequest]) await hold(served.port, text)
    await hold(metricsPort, halfARequest)
    expect((await at(served).verify(session.accessToken)).status).toBe(204)

    served.signal('SIGTERM')
    const { code } = await ended(served)
    // At its limit of ten seconds it would end with 1.
    expect(code).toBe(0)
    expect(await wasActive(session)).toBe(true)
  })

  it('by a Postgres that has frozen is cut off after ten seconds', async () => {
    const postgres = await startFreezable(databaseUrl)
    const served = await start({ DATABASE_URL: postgres.url })
    postgres.freeze()
    served.signal('SIGTERM')
    const { code, tookMs, undisturbedMs } = await ended(served)
    expect(code).toBe(1)
    expect(tookMs).toBeGreaterThan(9_000)
    expect(undisturbedMs).toBeLessThan(13_000)
    await postgres.close()
  })
})

const isReady = (port: number) =>
  ask(port, '/health/ready').then(
    ({ status }) => status === 200,
    () => false,
  )

/** A way to Postgres that can freeze, as a machine does: nothing comes through, and no connection ends. */
async function startFreezable(databaseUrl: string) {
  const { hostname, port } = new URL(databaseUrl)
  const clients = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, incoming => {
    const outgoing = connect(Number(port), hostname)
    for (const socket of [incoming, outgoing]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
    }
    clients.add(incoming)
    incoming.pipe(outgoing).pipe(incoming)
  })
  const url = new URL(databaseUrl)
  url.port = String(await listening(server))
  return {
    url: url.href,
    freeze() {
      for (const incoming of clients) incoming.unpipe().pause()
    },
    async close() {
      for (const incoming of clients) incoming.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
