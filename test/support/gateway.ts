import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startChild, untilReady } from '../../scripts/stores/child.ts'
import { freePort } from './port.ts'
import { listening } from './silent-server.ts'

export type Gateway = { url: string; close(): Promise<void> }

/** What the application was asked. */
export type Arrived = { method: string; url: string; headers: IncomingHttpHeaders; body: string }

export type Application = { port: number; arrived: Arrived[]; close(): Promise<void> }

const examples = join(import.meta.dirname, '..', '..', 'examples')

/** How each is run; its configuration is that of `examples/`, to the letter but for the ports. */
const gateways = {
  nginx: {
    folder: 'nginx-python',
    main: 'nginx.conf',
    // It would write to folders of the system before it has read where else to.
    args: (main: string, place: string) => [
      ...['-p', place, '-e', 'stderr', '-c', main],
      ...['-g', `daemon off; pid ${place}/pid; worker_processes 1; ${userOf()}`],
    ],
  },
  caddy: {
    folder: 'gateways',
    main: 'Caddyfile',
    args: (main: string) => ['run', '--config', main, '--adapter', 'caddyfile'],
  },
} as const

export type GatewayName = keyof typeof gateways

/** Workers of another account could not reach the folder. */
function userOf(): string {
  return process.getuid?.() === 0 ? 'user root;' : ''
}

export async function startGateway(
  name: GatewayName,
  program: string,
  to: { latchkeyPort: number; applicationPort: number },
): Promise<Gateway> {
  const port = await freePort()
  const place = await mkdtemp(join(tmpdir(), `latchkey-gateway-`))
  const { folder, main, args } = gateways[name]
  await cp(join(examples, folder), place, { recursive: true })
  const ports = { 3000: to.latchkeyPort, 8080: to.applicationPort, 8000: port }
  await adapt(join(place, main), ports, name === 'nginx' ? place : null)
  const child = await startChild(program, args(join(place, main), place), {
    stopSignal: 'SIGTERM',
    output: 'pipe',
    env: { ...process.env, HOME: place, XDG_DATA_HOME: place, XDG_CONFIG_HOME: place },
    removeAfter: place,
  })
  child.stdout?.resume()
  child.stderr?.resume()
  await untilReady(child, 120_000, () => accepts(port))
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      await child.stop()
      await rm(place, { recursive: true, force: true })
    },
  }
}

/** Puts other ports in, each of which must stand there; and for nginx, where it may write. */
async function adapt(path: string, ports: Record<number, number>, writable: string | null): Promise<void> {
  let text = await readFile(path, 'utf8')
  for (const [from, to] of Object.entries(ports)) {
    const found = new RegExp(`:${from}\\b`, 'g')
    if (!found.test(text)) throw new Error(`${path} does not name port ${from}`)
    text = text.replace(found, `:@${to}`)
  }
  text = text.replaceAll(':@', ':')
  if (writable !== null) {
    const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    const paths = kinds.map(kind => `  ${kind}_temp_path ${writable}/${kind};`).join('\n')
    text = text.replace('http {\n', `http {\n${paths}\n  access_log off;\n`)
  }
  await writeFile(path, text)
}

async function accepts(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
  } finally {
    socket.destroy()
  }
}

/** An application that believes what its gateway says, and notes it. */
export async function startApplication(): Promise<Application> {
  const arrived: Arrived[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const { method = '', url = '', headers } = request
    arrived.push({ method, url, headers, body })
    response.setHeader('content-type', 'text/plain').end('from the application')
  })
  const port = await listening(server)
  return {
    port,
    arrived,
    async close() {
      server.closeAllConnections()
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
}
