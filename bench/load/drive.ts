import { connect, type Socket } from 'node:net'
import { createAnswerReader } from './http.ts'
import type { Result } from './job.ts'
import { collectLatencies } from './latencies.ts'

/** Where requests come from, and where their answers go. */
export type Source = {
  /** Null: there is no request left. */
  next(): Exchange | null
}

export type Exchange = { request: string; answered?(body: string): void }

export type Drive = {
  host: string
  port: number
  connections: number
  milliseconds: number
  expect: readonly number[]
  /** Null: each connection sends as soon as it has its answer. */
  requestsPerSecond: number | null
}

/**
 * Asks over that many connections for that long, each with one request under way at most, and waits for the answers of
 * the last ones: a source that hands out each token once never loses one. Rejects when a source runs dry.
 */
export async function drive(source: Source, options: Drive): Promise<Result> {
  const tally = createTally(options.expect)
  const idle: Connection[] = []
  const open = await Promise.all(
    Array.from({ length: options.connections }, () => openConnection(options, tally)),
  )
  const startedAt = performance.now()
  const endsAt = startedAt + options.milliseconds
  if (options.requestsPerSecond === null) {
    await Promise.all(open.map(connection => keepBusy(connection, source, endsAt)))
  } else {
    idle.push(...open)
    await keepPace(idle, source, { startedAt, endsAt, requestsPerSecond: options.requestsPerSecond })
  }
  const seconds = (performance.now() - startedAt) / 1000
  for (const connection of open) connection.close()
  return { ...tally.summary(), seconds }
}

async function keepBusy(connection: Connection, source: Source, endsAt: number): Promise<void> {
  while (performance.now() < endsAt) {
    await connection.exchange(take(source), performance.now())
  }
}

/** A request that finds no idle connection waits for one, and its latency counts from when it was due. */
async function keepPace(
  idle: Connection[],
  source: Source,
  { startedAt, endsAt, requestsPerSecond }: { startedAt: number; endsAt: number; requestsPerSecond: number },
): Promise<void> {
  const due: number[] = []
  const running = new Set<Promise<void>>()
  let sent = 0

  function dispatch(): void {
    while (due.length > 0 && idle.length > 0) {
      const connection = idle.pop()
      const dueAt = due.shift()
      if (connection === undefined || dueAt === undefined) return
      const exchange = connection.exchange(take(source), dueAt).then(() => {
        running.delete(exchange)
        idle.push(connection)
        dispatch()
      })
      running.add(exchange)
    }
  }

  for (let now = startedAt; now < endsAt; now = performance.now()) {
    const wanted = Math.floor(((now - startedAt) / 1000) * requestsPerSecond)
    // The timer's own lateness is not the server's: what became due meanwhile is due now.
    for (; sent < wanted; sent++) due.push(now)
    dispatch()
    await new Promise(resolve => setTimeout(resolve, 1))
  }
  while (running.size > 0) await Promise.race(running)
}

function take(source: Source): Exchange {
  const exchange = source.next()
  if (exchange === null) throw new Error('no requests left: lower --rounds or --seconds')
  return exchange
}

type Tally = ReturnType<typeof createTally>

function createTally(expect: readonly number[]) {
  const latencies = collectLatencies()
  let failures = 0
  let firstFailure: string | null = null

  function fail(how: string): void {
    failures++
    firstFailure ??= how
  }

  return {
    fail,
    answered(status: number, body: string, milliseconds: number): boolean {
      latencies.record(milliseconds)
      const expected = expect.includes(status)
      if (!expected) fail(`${status} ${body.slice(0, 300)}`)
      return expected
    },
    summary: () => ({ requests: latencies.count(), ...latencies.summary(), failures, firstFailure }),
  }
}

type Connection = {
  /** Sends, and resolves with the answer; a connection that breaks is a failure, and is opened again. */
  exchange(exchange: Exchange, since: number): Promise<void>
  close(): void
}

async function openConnection(where: { host: string; port: number }, tally: Tally): Promise<Connection> {
  let waiting: { exchange: Exchange; since: number; done: () => void } | null = null
  let reader = createAnswerReader()
  let socket = await dial()

  async function dial(): Promise<Socket> {
    const dialled = connect({ host: where.host, port: where.port, noDelay: true })
    await new Promise<void>((resolve, reject) => dialled.once('connect', resolve).once('error', reject))
    dialled.removeAllListeners('error')
    dialled.on('data', received)
    dialled.on('error', error => broken(error.message))
    dialled.on('close', () => broken('the server closed the connection'))
    return dialled
  }

  function received(chunk: Buffer): void {
    const answer = reader.push(chunk)
    if (answer === null || waiting === null) return
    const { exchange, since, done } = waiting
    waiting = null
    if (tally.answered(answer.status, answer.body, performance.now() - since)) {
      exchange.answered?.(answer.body)
    }
    done()
  }

  function broken(how: string): void {
    if (waiting === null) return
    const { done } = waiting
    waiting = null
    tally.fail(how)
    done()
  }

  return {
    async exchange(exchange, since) {
      if (socket.destroyed) {
        reader = createAnswerReader()
        socket = await dial()
      }
      await new Promise<void>(resolve => {
        waiting = { exchange, since, done: resolve }
        socket.write(exchange.request)
      })
    },
    close: () => socket.destroy(),
  }
}
