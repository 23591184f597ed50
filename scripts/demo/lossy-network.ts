import { once } from 'node:events'
import { createServer, request as forward } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface LossyNetwork {
  url: string
  /** The answers that never arrived. */
  lost: { status: number; text: string }[]
  close(): void
}

/** Carries every request to `target`, waits for its whole answer, and breaks the connection instead of passing it on. */
export async function openLossyNetwork(target: string): Promise<LossyNetwork> {
  const lost: LossyNetwork['lost'] = []
  const server = createServer((incoming, reply) => {
    const { method, headers } = incoming
    const onward = forward(new URL(incoming.url ?? '/', target), { method, headers, agent: false })
    onward.on('error', () => reply.destroy())
    onward.on('response', async answer => {
      try {
        lost.push({ status: answer.statusCode ?? 0, text: await text(answer) })
      } finally {
        reply.destroy()
      }
    })
    incoming.pipe(onward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address: AddressInfo | string | null = server.address()
  if (address === null || typeof address === 'string') throw new Error('the lossy network has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    lost,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
