import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pc from 'picocolors'
import { fillWithLife } from './dev/life.ts'
import { endOnce, type Running } from './dev/running.ts'
import { serve, serveAll, untilServing } from './dev/serve.ts'
import { bringUpStores, publicPort, urlOf } from './dev/settings.ts'
import { openStateFolder, stateFolder, writeEnvironmentFile } from './dev/state.ts'
import { tell } from './dev/tell.ts'
import { type Demo, operatorEmail, prepareDatabase } from './dev/users.ts'

const usage = `npm run dev [-- --fresh]

Serves Latchkey and its console from the sources, with reload, at one URL, beside a Postgres and a Redis of its
own. Made-up users keep it busy.
DATABASE_URL and REDIS_URL take others instead; PORT, HOST and every other setting work as usual.

  --fresh   begin with an empty database
  --quiet   without made-up users
  --help    this text
`

async function main(): Promise<void> {
  const { fresh, quiet } = readArguments()
  const started: Running[] = []
  const end = endOnce(started)
  try {
    await openStateFolder()
    const port = await publicPort()
    const env = await bringUpStores(port, fresh, started)
    await writeEnvironmentFile(env)
    const demo = await prepareDatabase(env)
    const serviceUrl = urlOf(env['HOST'], env['PORT'])
    await serve(env, started, end)
    await untilServing(serviceUrl)
    await serveAll(serviceUrl, env['HOST'] ?? '127.0.0.1', port, started)
    announce(urlOf(env['HOST'], String(port)), env, demo)
    // A database that is not ours gets no made-up users.
    if (!quiet && !process.env['DATABASE_URL']) startLife(serviceUrl, env, demo, started)
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

function announce(url: string, env: NodeJS.ProcessEnv, { email, password }: Demo): void {
  const json = `-H 'content-type: application/json'`
  const field = (name: string) => `$(node -p 'JSON.parse(process.argv[1]).${name}' "$TOKENS")`
  const heading = pc.bold(pc.green(`Latchkey is up: ${url}`))
  console.log(`
${heading}  ${pc.dim('the console; reloads when src/ changes, Ctrl-C stops everything')}

  Postgres   ${env['DATABASE_URL']}
  Redis      ${env['REDIS_URL'] ?? 'none'}
  Secret     ${process.env['LATCHKEY_SECRET'] ? 'LATCHKEY_SECRET' : join(stateFolder, 'secret')}
  Demo user  ${email} / ${password}
  Operator   ${operatorEmail} / the same
  Origins    ${env['ALLOWED_ORIGINS'] ?? 'only this one'}
  Commands   node --env-file=.latchkey/env --import tsx src/cli.ts --help

${pc.dim('Sign in, list your devices, refresh:')}

TOKENS=$(curl -s ${url}/v1/auth/login ${json} -d '{"email":"${email}","password":"${password}"}'); echo "$TOKENS"
curl -s ${url}/v1/sessions -H "authorization: Bearer ${field('accessToken')}"; echo
TOKENS=$(curl -s ${url}/v1/auth/refresh ${json} -d '{"refreshToken":"'"${field('refreshToken')}"'"}'); echo "$TOKENS"
`)
}

await main()
