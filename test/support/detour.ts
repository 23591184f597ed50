import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'

/** A way to Redis on which writes of snapshots can be held up, as on a bad network. */
export async function detourTo(redisUrl: string) {
  const { hostname, port } = new URL(redisUrl)
  let holding = false
  const held: (() => void)[] = []
  const server = createServer(incoming => {
    const outgoing = connect(Number(port), hostname)
    for (const socket of [incoming, outgoing]) socket.on('error', () => undefined)
    outgoing.pipe(incoming)
    // What is on its way arrives, also when its sender has given up meanwhile.
    incoming.on('close', () => (held.length > 0 ? held.push(() => outgoing.end()) : outgoing.destroy()))
    incoming.on('data', chunk => {
      // What has been sent stays in order.
      if (held.length > 0 || (holding && chunk.includes('\r\nset\r\n')))
        held.push(() => outgoing.write(chunk))
      else outgoing.write(chunk)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address: AddressInfo | string | null = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the detour has no port')
  const url = new URL(redisUrl)
  url.host = `127.0.0.1:${address.port}`
  return {
    url: url.href,
    holdWrites() {
      holding = true
    },
    held: () => held.length,
    release() {
      holding = false
      for (const send of held.splice(0)) send()
    },
    close: () => server.close(),
  }
}
