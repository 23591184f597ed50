import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'

/** Long enough that all that a client sends in one go is on its way before the first answer to it arrives. */
const answersLaterMs = 20

export type RoundTrips = {
  /** Leads to the database through what counts. */
  url: string
  /** How often somebody has sent something and waited for the answer, over all connections but the feed's. */
  count(): number
  close(): Promise<void>
}

/** Stands between a service and its Postgres, and counts the round trips. */
export async function countRoundTrips(databaseUrl: string): Promise<RoundTrips> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let trips = 0

  const server = createServer({ noDelay: true }, client => {
    const database = createConnection({ host: target.hostname, port: Number(target.port), noDelay: true })
    let answered = true
    let isFeed = false
    for (const [socket, other] of [
      [client, database],
      [database, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    client.on('data', chunk => {
      isFeed ||= chunk.includes('latchkey feed')
      if (answered && !isFeed) trips++
      answered = false
      database.write(chunk)
    })
    database.on('data', chunk => {
      setTimeout(() => {
        answered = true
        client.write(chunk)
      }, answersLaterMs)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String(address.port)

  return {
    url: url.href,
    count: () => trips,
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
