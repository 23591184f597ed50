import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import { freePort } from '../support/port.ts'

/** What happens to the bytes between one instance and one store. */
export type ProxyMode =
  | { kind: 'pass' }
  /** Nobody listens, and what was connected is reset. */
  | { kind: 'refuse' }
  /** Connections are accepted, and whatever is sent goes nowhere; nobody is told. */
  | { kind: 'black_hole' }
  /** Every chunk arrives this much later, in each direction. */
  | { kind: 'latency'; ms: number }
  /** Connections are accepted and reset at once, those that exist too. */
  | { kind: 'reset' }
  /**
   * What is asked arrives, and what is answered is lost with its connection: for requests whose bytes match, with
   * that probability. `onDropped` is told at the moment of the loss.
   */
  | { kind: 'drop'; asked: RegExp; rate: number; onDropped?: () => void }

export type TcpProxy = {
  /** Where the instance connects to, on 127.0.0.1. */
  port: number
  /** Takes effect on existing connections too. */
  set(mode: ProxyMode): Promise<void>
  /** Where new connections lead from now on. */
  retarget(port: number): void
  close(): Promise<void>
}

const host = '127.0.0.1'

/** Forwards TCP on 127.0.0.1, as well or as badly as it is told. */
export async function startProxy(initialTarget: number): Promise<TcpProxy> {
  let mode: ProxyMode = { kind: 'pass' }
  let target = initialTarget
  const connections = new Set<Connection>()
  const server = createServer({ noDelay: true }, client => {
    if (mode.kind === 'reset' || mode.kind === 'refuse') {
      client.on('error', () => {})
      client.resetAndDestroy()
      return
    }
    const connection = connect(client, target, () => mode)
    connections.add(connection)
    void connection.closed.then(() => connections.delete(connection))
  })
  // It stays its own while it refuses, and nobody listens there.
  const port = await freePort()
  await listen(server, port)

  function resetAll(): void {
    for (const connection of connections) connection.reset()
  }

  return {
    port,
    async set(next) {
      const before = mode
      mode = next
      if (next.kind === 'refuse' && before.kind !== 'refuse') {
        const closed = once(server, 'close')
        server.close()
        resetAll()
        await closed
      }
      if (before.kind === 'refuse' && next.kind !== 'refuse') await listen(server, port)
      if (next.kind === 'reset') resetAll()
      if (before.kind === 'black_hole') for (const connection of connections) connection.surface()
    },
    retarget(next) {
      target = next
    },
    async close() {
      resetAll()
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
}

async function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  server.listen(port, host)
  await once(server, 'listening')
}

type Connection = {
  reset(): void
  /** The black hole is gone: what it has hidden of the ends of connections becomes known. */
  surface(): void
  closed: Promise<unknown>
}

/**
 * A connection that has lost bytes never carries anything again, for TCP delivers no gaps; but nobody resets it
 * either, as after a firewall that forgot it.
 */
function connect(client: Socket, target: number, modeNow: () => ProxyMode): Connection {
  const server = createConnection({ host, port: target, noDelay: true })
  let lost = false
  let dropping = false

  function destroyBoth(): void {
    client.destroy()
    server.destroy()
  }
  function ended(): void {
    if (modeNow().kind !== 'black_hole') destroyBoth()
  }
  for (const socket of [client, server]) {
    socket.on('error', () => {})
    socket.on('close', ended)
  }

  const toServer = delayed(chunk => server.write(chunk))
  const toClient = delayed(chunk => client.write(chunk))

  client.on('data', chunk => {
    const mode = modeNow()
    if (mode.kind === 'black_hole') lost = true
    if (lost) return
    if (mode.kind === 'drop' && mode.asked.test(chunk.toString('latin1')))
      dropping = Math.random() < mode.rate
    toServer(chunk, mode.kind === 'latency' ? mode.ms : 0)
  })
  server.on('data', chunk => {
    const mode = modeNow()
    if (mode.kind === 'black_hole') lost = true
    if (lost) return
    if (mode.kind === 'drop' && dropping) {
      lost = true
      client.resetAndDestroy()
      mode.onDropped?.()
      return
    }
    toClient(chunk, mode.kind === 'latency' ? mode.ms : 0)
  })

  const bothClosed = [client, server].map(socket => new Promise(resolve => socket.once('close', resolve)))
  return {
    closed: Promise.all(bothClosed),
    reset() {
      client.resetAndDestroy()
      server.resetAndDestroy()
    },
    surface() {
      if (client.destroyed || server.destroyed) destroyBoth()
    },
  }
}

/** Delivers chunks in their order, each no earlier than its delay; without one, at once. */
function delayed(deliver: (chunk: Buffer) => void): (chunk: Buffer, delayMs: number) => void {
  const queue: { chunk: Buffer; at: number }[] = []
  let timer: NodeJS.Timeout | undefined

  function pump(): void {
    timer = undefined
    for (;;) {
      const [first] = queue
      if (first === undefined) return
      const waitMs = first.at - performance.now()
      if (waitMs > 0) {
        timer = setTimeout(pump, waitMs)
        return
      }
      queue.shift()
      deliver(first.chunk)
    }
  }

  return (chunk, delayMs) => {
    if (delayMs === 0 && queue.length === 0) {
      deliver(chunk)
      return
    }
    queue.push({ chunk, at: performance.now() + delayMs })
    if (timer === undefined) pump()
  }
}
