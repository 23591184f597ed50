import { randomBytes } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { join } from 'node:path'
import getPort from 'get-port'
import { anyLoopbackPort } from '../../src/access/origins.ts'
import { startPostgres, startRedis } from '../stores.ts'
import type { Running } from './running.ts'
import { keep, stateFolder } from './state.ts'
import { tell } from './tell.ts'

/** The environment for the service, which listens on a port of its own behind the public one, with the stores in it. */
export async function bringUpStores(
  port: number,
  fresh: boolean,
  started: Running[],
): Promise<NodeJS.ProcessEnv> {
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
    PORT: String(await getPort()),
  }
  // Not every browser takes `Secure` cookies over plain HTTP, even on loopback.
  if (env['HOST'] === '127.0.0.1') {
    env['INSECURE_COOKIES'] ??= 'true'
    // Your application is on a port that is not known here.
    env['ALLOWED_ORIGINS'] ??= anyLoopbackPort.join(',')
  }
  env['ISSUER'] ??= `http://localhost:${port}`

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

export async function publicPort(): Promise<number> {
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

/** By number: `localhost` is not in every container's /etc/hosts, and elsewhere may mean ::1 first. */
export function urlOf(host = '', port = ''): string {
  const reachable = ['', '0.0.0.0', '::', 'localhost'].includes(host) ? '127.0.0.1' : host
  return `http://${isIPv6(reachable) ? `[${reachable}]` : reachable}:${port}`
}
