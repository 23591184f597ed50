import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { access, constants, mkdir, readFile, writeFile } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import getPort from 'get-port'
import pc from 'picocolors'
import pretty from 'pino-pretty'
import { createServer as createViteServer } from 'vite'
import { fillWithLife } from './dev/life.ts'
import { startChild } from './stores/child.ts'
import { startPostgres, startRedis } from './stores.ts'

const usage = `npm run dev [-- --fresh]

Serves Latchkey from the sources, with reload, beside a Postgres and a Redis of its own.
The console is served from its sources as well, and some people use the service while you look.
DATABASE_URL and REDIS_URL take others instead; PORT, HOST and every other setting work as usual.

  --fresh   begin with an empty database
  --quiet   nobody but you uses the service
  --help    this text
`

const root = dirname(import.meta.dirname)
const stateFolder = join(root, '.latchkey')
/** What a command needs to work on what this serves: `node --env-file=.latchkey/env`. */
const environmentFile = join(stateFolder, 'env')
const demoEmail = 'demo@latchkey.dev'
const operatorEmail = 'operator@latchkey.dev'

interface Demo {
  email: string
  password: string
}

interface Running {
  stop(): Promise<void>
  kill?(): void
}

async function main(): Promise<void> {
  const { fresh, quiet } = readArguments()
  const started: Running[] = []
  const end = endOnce(started)
  try {
    await openStateFolder()
    const env = await bringUpStores(fresh, started)
    await writeFile(environmentFile, settingsOf(env), { mode: 0o600 })
    const demo = await prepareDatabase(env)
    const url = urlOf(env)
    await serve(env, started, end)
    await untilServing(url)
    const consoleUrl = await serveConsole(url, started)
    announce(url, consoleUrl, env, demo)
    // What is somebody else's database gets nobody that is made up.
    if (!quiet && !process.env['DATABASE_URL']) startLife(url, env, demo, started)
  } catch (error) {
    await end(1, error instanceof Error ? error.message : String(error))
  }
}

function readArguments(): { fresh: boolean; quiet: boolean } {
  try {
    const flag = { type: 'boolean', default: false } as const
    const { values } = parseArgs({ options: { fresh: flag, quiet: flag, help: flag } })
    if (!values.help) return values
    console.log(usage)
    process.exit(0)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`)
    process.exit(2)
  }
}

/** Ends what was started, last things first, and then us. A second signal does not wait for the server's requests. */
function endOnce(started: Running[]): (code: number, problem?: string) => Promise<void> {
  let ending = false
  async function end(code: number, problem?: string): Promise<void> {
    if (ending) return
    ending = true
    if (problem !== undefined) console.error(pc.red(problem))
    for (const running of started.toReversed()) await running.stop()
    process.exit(code)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!ending) console.log(pc.dim('\nStopping (again to force)'))
      else for (const running of started) running.kill?.()
      void end(0)
    })
  }
  // npm passes SIGTERM on to a shell, and the shell to nobody; and who is killed passes on nothing.
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) void end(1)
  }, 250).unref()
  return end
}

async function openStateFolder(): Promise<void> {
  await mkdir(stateFolder, { recursive: true })
  await access(stateFolder, constants.W_OK).catch(() => {
    throw new Error(`${stateFolder} belongs to another user; remove it, or run as that user`)
  })
}

/** The environment for the service, with the stores in it. */
async function bringUpStores(fresh: boolean, started: Running[]): Promise<NodeJS.ProcessEnv> {
  const secret = await keep('secret', () => randomBytes(32).toString('base64'))
  const env: NodeJS.ProcessEnv = {
    LATCHKEY_SECRET: secret.value,
    LOG_LEVEL: 'info',
    // The demo user's password is known to all the world.
    HOST: '127.0.0.1',
    METRICS_PORT: String(await getPort({ port: 9464 })),
    // Who tries things out signs in often, and always as the same one.
    RATE_LIMITS: JSON.stringify({
      login_account: { max: 1_000, windowSeconds: 60 },
      login_address: { max: 1_000, windowSeconds: 60 },
      register_address: { max: 1_000, windowSeconds: 60 },
    }),
    REGISTRATION: 'open',
    // Those who use it while you look say where they are.
    TRUST_PROXY: '127.0.0.1',
    ...process.env,
    PORT: String(await servicePort()),
  }
  // Not every browser takes `Secure` cookies over plain HTTP, even on loopback.
  if (env['HOST'] === '127.0.0.1') env['INSECURE_COOKIES'] ??= 'true'
  env['ISSUER'] ??= `http://localhost:${env['PORT']}`

  if (env['DATABASE_URL']) {
    if (fresh) tell('Postgres', 'DATABASE_URL is set, and --fresh leaves what is yours alone')
  } else {
    // What is in the database is sealed with the secret: without that one it is of no use.
    const options = { directory: join(stateFolder, 'postgres'), fresh: fresh || secret.isNew }
    const postgres = await startPostgres({ ...options, log: line => tell('Postgres', line) })
    started.push(postgres)
    tell('Postgres', `${postgres.how}, port ${postgres.port}`)
    env['DATABASE_URL'] = postgres.url
  }

  if (!env['REDIS_URL'] && !env['REDIS_SENTINELS'] && !env['REDIS_CLUSTER_NODES']) {
    const redis = await startRedis({ log: line => tell('Redis', line) })
    if (redis.kind === 'none') {
      tell('Redis', `running without: ${redis.reason}`)
    } else {
      started.push(redis)
      tell('Redis', `${redis.how}, port ${redis.port}`)
      env['REDIS_URL'] = redis.url
    }
  }
  return env
}

function settingsOf(env: NodeJS.ProcessEnv): string {
  const names = ['DATABASE_URL', 'REDIS_URL', 'LATCHKEY_SECRET']
  return names.map(name => (env[name] === undefined ? '' : `${name}=${env[name]}\n`)).join('')
}

/** By number: `localhost` is not in every container's /etc/hosts, and elsewhere may mean ::1 first. */
function urlOf(env: NodeJS.ProcessEnv): string {
  const host = env['HOST'] ?? ''
  const reachable = ['', '0.0.0.0', '::', 'localhost'].includes(host) ? '127.0.0.1' : host
  return `http://${isIPv6(reachable) ? `[${reachable}]` : reachable}:${env['PORT']}`
}

/** What must be the same in every run of this checkout. */
async function keep(name: string, make: () => string): Promise<{ value: string; isNew: boolean }> {
  const file = join(stateFolder, name)
  try {
    return { value: (await readFile(file, 'utf8')).trim(), isNew: false }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    const value = make()
    await writeFile(file, `${value}\n`, { mode: 0o600 })
    return { value, isNew: true }
  }
}

async function servicePort(): Promise<number> {
  const wanted = process.env['PORT']
  if (wanted === undefined) {
    const port = await getPort({ port: 3000 })
    if (port !== 3000) tell('Latchkey', `port 3000 is taken, so it is ${port}`)
    return port
  }
  const port = Number(wanted)
  if (!/^\d+$/.test(wanted) || port < 1 || port > 65_535) throw new Error(`PORT=${wanted} is not a port`)
  if ((await getPort({ port })) !== port)
    throw new Error(`PORT=${port} is taken; without it, any free one is used`)
  return port
}

async function prepareDatabase(env: NodeJS.ProcessEnv): Promise<Demo> {
  tell('Latchkey', 'applying migrations')
  const migrated = await latchkey(['migrate'], env)
  if (!migrated.ok) throw new Error(`The migrations failed:\n${migrated.output}`)
  // A password that everyone knows is for a database of ours only, which nobody else can reach.
  const password = process.env['DATABASE_URL']
    ? (await keep('demo-password', () => randomBytes(12).toString('base64url'))).value
    : 'walnut-harbour-demo-42'
  for (const [email, ...roles] of [[demoEmail], [operatorEmail, '--role', 'admin']]) {
    const args = ['users', 'create', '--email', email ?? '', ...roles, '--password-stdin']
    const created = await latchkey(args, env, password)
    if (!created.ok && !/already|email_taken/i.test(created.output)) {
      throw new Error(`The user ${email} could not be made:\n${created.output}`)
    }
  }
  return { email: demoEmail, password }
}

/** Runs the command line from the sources, as `npm run cli` does. */
function latchkey(
  args: string[],
  env: NodeJS.ProcessEnv,
  input = '',
): Promise<{ ok: boolean; output: string }> {
  return new Promise(resolve => {
    const command = ['--import', import.meta.resolve('tsx'), join('src', 'cli.ts'), ...args]
    const child = execFile(process.execPath, command, { cwd: root, env }, (error, stdout, stderr) => {
      resolve({ ok: error === null, output: `${stdout}${stderr}`.trim() })
    })
    child.stdin?.end(input)
  })
}

async function serve(
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
    ignore: 'pid,hostname',
    sync: true,
  })
  server.stdout?.pipe(log)
  server.stderr?.pipe(process.stderr)
  void server.exited.then(how => end(1, `The server has ended (${how})`))
}

/** With reload, on a port of its own; whatever it asks of the service goes on to it. Returns its URL. */
async function serveConsole(serviceUrl: string, started: Running[]): Promise<string> {
  const port = await getPort({ port: 5173 })
  const server = await createViteServer({
    logLevel: 'warn',
    clearScreen: false,
    server: {
      host: '127.0.0.1',
      port,
      strictPort: true,
      proxy: Object.fromEntries(['/v1', '/health'].map(path => [path, { target: serviceUrl }])),
    },
    configFile: join(root, 'vite.config.ts'),
  })
  await server.listen()
  started.push({ stop: () => server.close() })
  return `http://127.0.0.1:${port}/console/`
}

function startLife(url: string, env: NodeJS.ProcessEnv, demo: Demo, started: Running[]): void {
  const end = new AbortController()
  const life = fillWithLife({ url, databaseUrl: env['DATABASE_URL'] ?? '', ...demo }, end.signal).catch(
    (error: unknown) => tell('Latchkey', pc.yellow(`nobody uses the service: ${error}`)),
  )
  started.push({
    stop() {
      end.abort()
      return life
    },
  })
}

async function untilServing(url: string): Promise<void> {
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
      tell('Latchkey', pc.yellow('not ready yet; if the log above names a fault, mend it and it will reload'))
    }
    await sleep(200)
  }
}

function announce(url: string, consoleUrl: string, env: NodeJS.ProcessEnv, { email, password }: Demo): void {
  const json = `-H 'content-type: application/json'`
  const field = (name: string) => `$(node -p 'JSON.parse(process.argv[1]).${name}' "$TOKENS")`
  const heading = pc.bold(pc.green(`Latchkey is up: ${url}`))
  console.log(`
${heading}  ${pc.dim('reloads when src/ changes, Ctrl-C stops everything')}

  Postgres   ${env['DATABASE_URL']}
  Redis      ${env['REDIS_URL'] ?? 'none'}
  Secret     ${process.env['LATCHKEY_SECRET'] ? 'LATCHKEY_SECRET' : join(stateFolder, 'secret')}
  Console    ${consoleUrl}
  Demo user  ${email} / ${password}
  Operator   ${operatorEmail} / the same
  Commands   node --env-file=.latchkey/env --import tsx src/cli.ts --help

${pc.dim('Sign in, list your devices, refresh:')}

TOKENS=$(curl -s ${url}/v1/auth/login ${json} -d '{"email":"${email}","password":"${password}"}'); echo "$TOKENS"
curl -s ${url}/v1/sessions -H "authorization: Bearer ${field('accessToken')}"; echo
TOKENS=$(curl -s ${url}/v1/auth/refresh ${json} -d '{"refreshToken":"'"${field('refreshToken')}"'"}'); echo "$TOKENS"
`)
}

function tell(what: string, text: string): void {
  console.log(`${pc.cyan(what.padEnd(9))} ${text}`)
}

await main()
