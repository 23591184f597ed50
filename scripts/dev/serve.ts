import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pc from 'picocolors'
import pretty from 'pino-pretty'
import { createServer as createViteServer } from 'vite'
import { startChild } from '../stores/child.ts'
import type { Running } from './running.ts'
import { root } from './state.ts'
import { tell } from './tell.ts'

export async function serve(
  env: NodeJS.ProcessEnv,
  started: Running[],
  end: (code: number, problem?: string) => Promise<void>,
): Promise<void> {
  const tsx = fileURLToPath(import.meta.resolve('tsx/cli'))
  const args = [tsx, 'watch', '--clear-screen=false', join('src', 'server.ts')]
  const server = await startChild(process.execPath, args, {
    stopSignal: 'SIGTERM',
    output: 'pipe',
    cwd: root,
    env,
  })
  started.push(server)
  // Written at once, so that the last lines before the end are not lost.
  const log = pretty({
    colorize: pc.isColorSupported,
    translateTime: 'SYS:HH:MM:ss',
    // The service's own port is not for users: everything is at the one URL that is announced.
    ignore: 'pid,hostname,address',
    sync: true,
  })
  server.stdout?.pipe(log)
  server.stderr?.pipe(process.stderr)
  void server.exited.then(how => end(1, `The server has ended (${how})`))
}

/** The console with reload, at the one URL; every other path goes on to the service. */
export async function serveAll(
  serviceUrl: string,
  host: string,
  port: number,
  started: Running[],
): Promise<void> {
  const server = await createViteServer({
    logLevel: 'warn',
    clearScreen: false,
    server: {
      host,
      port,
      strictPort: true,
      // The service itself says who may call from another origin.
      cors: false,
      proxy: { '^/(?!console(/|$))(?=.)': { target: serviceUrl, xfwd: true } },
    },
    plugins: [
      { name: 'root-to-console', configureServer: ({ middlewares }) => void middlewares.use(toConsole) },
    ],
    configFile: join(root, 'vite.config.ts'),
  })
  await server.listen()
  started.push({ stop: () => server.close() })
}

/** As the service does it where the console has been built. */
function toConsole(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  if (request.url === '/' || request.url === '/console') {
    response.writeHead(302, { location: '/console/' }).end()
  } else next()
}

export async function untilServing(url: string): Promise<void> {
  const patienceMs = 20_000
  const began = Date.now()
  let warned = false
  for (;;) {
    const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) }).catch(
      () => null,
    )
    if (answer?.ok) return
    if (!warned && Date.now() - began > patienceMs) {
      warned = true
      tell(
        'Latchkey',
        pc.yellow('not ready yet; if the log above names an error, fix it and the service reloads'),
      )
    }
    await sleep(200)
  }
}
