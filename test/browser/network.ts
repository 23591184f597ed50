import { once } from 'node:events'
import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { build } from 'esbuild'
import { createRandom } from '../fault/random.ts'

export type Fault =
  | 'none'
  /** The service does what it is asked, and its answer is lost. */
  | 'answer_lost'
  /** As above, but half of the answer arrives. */
  | 'answer_cut_off'
  /** The request never arrives. */
  | 'request_lost'
  /** Somebody on the way says that it is busy. */
  | 'unavailable'
  | 'slow'

/** Of all requests, by their weights. */
const badWeather = [
  [92, 'none'],
  [2, 'answer_lost'],
  [2, 'answer_cut_off'],
  [1, 'request_lost'],
  [1, 'unavailable'],
  [2, 'slow'],
] as const satisfies readonly (readonly [number, Fault])[]

/**
 * A site with one page, under every name of this machine, made of this script; all else is the service's. In bad weather only sign-ins get through: a
 * client leaves it to the person whether to send a password again.
 */
export async function startNetwork(options: { script: string; serviceUrl: string; weather: 'good' | 'bad' }) {
  const random = createRandom(7)
  const script = await bundled(options.script)
  const happened = new Map<Fault, number>()

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Else a browser sends a request again by itself when its connection breaks.
    response.setHeader('connection', 'close')
    const isFair = options.weather === 'good' || request.url === '/v1/auth/login'
    const fault = isFair ? 'none' : (random.weighted(badWeather) ?? 'none')
    happened.set(fault, (happened.get(fault) ?? 0) + 1)
    if (fault === 'request_lost') return void request.socket.destroy()
    if (fault === 'unavailable') return void response.writeHead(503, { 'retry-after': '0' }).end()
    const { status, headers, body } = await forward(request, options.serviceUrl)
    if (fault === 'answer_lost') return void request.socket.destroy()
    if (fault === 'slow') await sleep(random.between(20, 80))
    response.writeHead(status, headers)
    if (fault !== 'answer_cut_off') return void response.end(body)
    response.write(body.slice(0, body.length / 2), () => request.socket.destroy())
  }

  const server = createServer((request, response) => {
    if (request.url?.startsWith('/page.js')) {
      response.setHeader('content-type', 'text/javascript')
      return void response.end(script)
    }
    if (request.url?.startsWith('/page')) {
      response.setHeader('content-type', 'text/html')
      return void response.end(
        '<!doctype html><title>a page</title><div id="root"></div><script type="module" src="/page.js"></script>',
      )
    }
    pass(request, response).catch(() => request.socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null)
    throw new Error('the network does not listen on a port')

  return {
    port: address.port,
    happened,
    async close(): Promise<void> {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

async function forward(request: IncomingMessage, serviceUrl: string) {
  const body = await text(request)
  const { method, headers } = request
  const upstream = ask(serviceUrl + (request.url ?? '/'), { method, headers })
  upstream.end(body)
  const [answer]: IncomingMessage[] = await once(upstream, 'response')
  if (answer === undefined) throw new Error('no answer')
  const { 'transfer-encoding': _chunked, connection: _connection, ...kept } = answer.headers
  return { status: answer.statusCode ?? 500, headers: kept, body: await text(answer) }
}

async function bundled(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    define: { 'process.env.NODE_ENV': '"development"' },
    write: false,
  })
  return outputFiles.map(file => file.text).join('')
}
