import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { drive } from '../load/drive.ts'
import { encode } from '../load/http.ts'
import type { Message, Result } from '../load/job.ts'

/** What the flooding process is told: requests of one kind, or null for connections without any. */
type Order = {
  url: string
  messages: readonly Message[] | null
  connections: number
  milliseconds: number
  requestsPerSecond: number | null
}

/** Refusals are what a flood is to be answered with. */
const anyAnswer = [200, 204, 304, 400, 401, 403, 429, 503]

/** Floods from a process of its own, so that it does not hold up the clock of the one that measures. */
export async function flood(order: Order): Promise<number> {
  const child = fork(import.meta.filename, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  child.send(order)
  const [answeredPerSecond]: number[] = await once(child, 'message')
  child.disconnect()
  return answeredPerSecond ?? Number.NaN
}

export async function ask(order: Order & { messages: readonly Message[] }): Promise<Result> {
  const { hostname, port, host } = new URL(order.url)
  const requests = order.messages.map(message => ({ request: encode(message, host) }))
  let position = 0
  const source = { next: () => requests[position++ % requests.length] ?? null }
  const { connections, milliseconds, requestsPerSecond } = order
  const where = { host: hostname, port: Number(port) }
  return await drive(source, { ...where, connections, milliseconds, requestsPerSecond, expect: anyAnswer })
}

/** Opens connections and closes them, as many at a time; returns how many a second. */
async function openAndClose({ url, connections, milliseconds, requestsPerSecond }: Order): Promise<number> {
  const { hostname, port } = new URL(url)
  const startedAt = performance.now()
  const elapsed = () => performance.now() - startedAt
  let opened = 0
  const isAhead = () => requestsPerSecond !== null && opened > (elapsed() / 1000) * requestsPerSecond
  const client = async () => {
    while (elapsed() < milliseconds) {
      if (isAhead()) {
        await new Promise(resolve => setTimeout(resolve, 1))
        continue
      }
      opened++
      const socket = connect(Number(port), hostname)
      await once(socket, 'connect').catch(() => undefined)
      socket.destroy()
    }
  }
  await Promise.all(Array.from({ length: connections }, client))
  return opened / (elapsed() / 1000)
}

if (process.send !== undefined && process.argv[1] === import.meta.filename) {
  process.once('message', async (order: Order) => {
    const { messages } = order
    if (messages === null) process.send?.(await openAndClose(order))
    else {
      const { requests, seconds } = await ask({ ...order, messages })
      process.send?.(requests / seconds)
    }
  })
}
