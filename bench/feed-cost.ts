import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { v7 as uuid } from 'uuid'
import { type Lifetime, openLifetime } from '../scripts/demo/lifetime.ts'
import { aligned } from '../scripts/demo/print.ts'
import { circumstances, document, markdownTable } from '../scripts/measured.ts'
import { startPostgres, startRedis } from '../scripts/stores.ts'
import { migrate } from '../src/store/postgres/migrate.ts'
import { insertRevocations } from './feed/database.ts'
import { startFollower } from './feed/follower.ts'
import { measureRate, rateRows } from './feed/rate.ts'
import type { Setting } from './feed/setting.ts'
import { measureWindow, windowRows } from './feed/window.ts'

const command = 'npm run bench:feed -- --docs'

const usage = `npm run bench:feed [-- options]

What following the revocations costs: instances that poll as the service does, while sessions are revoked at a given
rate; and how long they take to read the whole window again after their connections were lost.
Its Postgres and its Redis are its own. Prints tables, and the same as a line of JSON.

  --instances <n>   how many follow, default 10
  --seconds <n>     how long each rate is measured, default 10
  --rates <list>    revocations a second, default 0,100,1000
  --window <n>      revocations in the window that is read again, default 300000
  --older <n>       revocations of the day before, which nobody should read, default 500000
  --docs            writes the tables into docs/internals/reliability.md as well
`

/** As with the default settings: the cache's lifetime and a minute. */
const windowSeconds = 360
const leaseMs = 1_000

async function main(): Promise<void> {
  const options = readArguments()
  const lifetime = openLifetime(() => console.error('Stopping (again to force)'))
  try {
    const setting = await bringUp(lifetime, options)
    const rates = []
    for (const rate of options.rates) rates.push(await measureRate(setting, rate, options.seconds))
    console.log(`\n${aligned(rateRows(rates)).join('\n')}`)
    const window = await measureWindow(setting, options.windowRows, windowSeconds)
    console.log(`\n${aligned(windowRows(window)).join('\n')}`)
    console.log(`\n${JSON.stringify({ instances: options.instances, rates, window })}`)
    if (options.docs) {
      const tables = [rateRows(rates), windowRows(window)].map(markdownTable)
      await document('docs/internals/reliability.md', command, [circumstances(), ...tables].join('\n\n'))
    }
    await lifetime.end(0)
  } catch (error) {
    if (lifetime.signal.aborted) return
    console.error(error)
    await lifetime.end(1)
  }
}

type Options = ReturnType<typeof readArguments>

function readArguments() {
  const { values } = parseArgs({
    options: {
      instances: { type: 'string', default: '10' },
      seconds: { type: 'string', default: '10' },
      rates: { type: 'string', default: '0,100,1000' },
      window: { type: 'string', default: '300000' },
      older: { type: 'string', default: '500000' },
      docs: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) {
    console.log(usage)
    process.exit(0)
  }
  return {
    instances: Number(values.instances),
    seconds: Number(values.seconds),
    rates: values.rates.split(',').map(Number),
    windowRows: Number(values.window),
    olderRows: Number(values.older),
    docs: values.docs ?? false,
  }
}

async function bringUp(lifetime: Lifetime, { instances, olderRows }: Options): Promise<Setting> {
  const settings = {
    shared_preload_libraries: 'pg_stat_statements',
    'pg_stat_statements.track_planning': 'on',
  }
  const postgres = await lifetime.hold(startPostgres({ port: 0, settings }), started => started.stop())
  const redis = await lifetime.hold(startRedis({ port: 0 }), async started => {
    if (started.kind === 'running') await started.stop()
  })
  if (redis.kind === 'none') throw new Error(`there is no Redis: ${redis.reason}`)
  await migrate(postgres.url)
  const database = new pg.Client({ connectionString: postgres.url })
  await lifetime.hold(database.connect(), () => database.end())
  await database.query('CREATE EXTENSION pg_stat_statements')
  await insertRevocations(database, olderRows, { fromSecondsAgo: 86_400, toSecondsAgo: windowSeconds + 60 })

  const stores = { databaseUrl: postgres.url, redisUrl: redis.url, windowSeconds, leaseMs }
  const start = () => startFollower({ ...stores, instanceId: uuid() })
  const followers = await Promise.all(
    Array.from({ length: instances }, () => lifetime.hold(start(), started => started.stop())),
  )
  const writer = fork(new URL('feed/writer.ts', import.meta.url), [postgres.url, redis.url])
  await lifetime.hold(once(writer, 'spawn'), async () => writer.kill())
  console.log(`${instances} instances follow on ${postgres.how.split(' from')[0]}, all on this machine`)
  await sleep(500)
  return { followers, writer, database }
}

await main()
