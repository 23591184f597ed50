import { readFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Certificate } from './certificate.ts'
import { listening } from './silent-server.ts'

/** How a server that speaks just enough of Postgres' protocol turns a connection away. */
export type Refusal =
  /** It speaks TLS with this certificate, and hangs up behind it. */
  | { kind: 'tls'; certificate: Certificate }
  /** It does not speak TLS. */
  | { kind: 'no_tls' }
  /** It refuses a parameter of the startup message. */
  | { kind: 'parameter'; code: string; message: string }

export type RefusingPostgres = { port: number; close(): void }

export async function startRefusingPostgres(refusal: Refusal): Promise<RefusingPostgres> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('data', () => refuse(socket, refusal))
  })
  return {
    port: await listening(server),
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

function refuse(socket: Socket, refusal: Refusal): void {
  switch (refusal.kind) {
    case 'tls': {
      socket.write('S')
      const { file, key } = refusal.certificate
      const secured = new TLSSocket(socket, {
        isServer: true,
        cert: readFileSync(file),
        key: readFileSync(key),
      })
      secured.on('error', () => undefined)
      secured.once('secure', () => secured.destroy())
      return
    }
    case 'no_tls':
      socket.write('N')
      return
    case 'parameter':
      socket.end(errorResponse(refusal.code, refusal.message))
      return
  }
}

/** PostgreSQL documentation, "Message Formats": ErrorResponse. */
function errorResponse(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`)
  const head = Buffer.from([0x45, 0, 0, 0, 0])
  head.writeInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
}
