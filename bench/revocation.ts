import { parseArgs } from 'node:util'
import { type Lifetime, openLifetime } from '../scripts/demo/lifetime.ts'
import { aligned, milliseconds } from '../scripts/demo/print.ts'
import { openRedis } from '../scripts/demo/redis.ts'
import { environment, startInstance } from '../scripts/demo/service.ts'
import { circumstances, document, markdownTable } from '../scripts/measured.ts'
import { startPostgres } from '../scripts/stores.ts'
import { migrate } from '../src/store/postgres/migrate.ts'
import { type Distribution, distributionOf } from './measure/distribution.ts'
import { openPopulation, type Population } from './revocation/population.ts'
import { type Revoked, revokeAll, type Target } from './revocation/revoke.ts'

const command = 'npm run bench:revocation -- --docs'

const usage = `npm run bench:revocation [-- options]

Three instances of the built service. Sessions that all three have just said yes to are revoked at A, and once that is
answered, B and C are asked about them: first with Redis, then without. Its Postgres and its Redis are its own.
Prints a table, and the same as a line of JSON. Exit code 1 when a promise was not kept.

  --count <n>   sessions in each round, default 1000
  --docs        writes the table into docs/internals/reliability.md as well

Promised are, besides the refusals, a median of 30 ms with Redis and 400 ms without, and 1.2 s for each.
`

/** Without Redis nobody is told: whoever revokes waits for the next poll of each instance, for 250 ms at most. */
const rounds = [
  { name: 'Redis is there', redis: true, lanes: 1, targetMedianMs: 30, targetMaxMs: 1_200 },
  { name: 'Redis is gone', redis: false, lanes: 10, targetMedianMs: 400, targetMaxMs: 1_200 },
] as const

type Measured = {
  round: string
  revoked: number
  refusedAtB: number
  refusedAtC: number
  ms: Distribution
  kept: boolean
}

async function main(): Promise<void> {
  const { count, docs } = readArguments()
  const lifetime = openLifetime(() => console.error('Stopping (again to force)'))
  try {
    const { targets, population, loseRedis } = await bringUp(lifetime)
    const measured: Measured[] = []
    for (const round of rounds) {
      const sessions = await population.open(count, targets)
      if (!round.redis) await loseRedis()
      measured.push(judge(round, await revokeAll(sessions, targets, round.lanes)))
    }
    console.log(`\n${aligned(rowsOf(measured)).join('\n')}\n\n${JSON.stringify(measured)}`)
    if (docs)
      await document(
        'docs/internals/reliability.md',
        command,
        `${circumstances()}\n\n${markdownTable(rowsOf(measured))}`,
      )
    await lifetime.end(measured.every(({ kept }) => kept) ? 0 : 1)
  } catch (error) {
    if (lifetime.signal.aborted) return
    console.error(error)
    await lifetime.end(1)
  }
}

function readArguments(): { count: number; docs: boolean } {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: '1000' },
      docs: { type: 'boolean', default: false },
      help: { type: 'boolean' },
    },
  })
  if (!values.help) return { count: Number(values.count), docs: values.docs }
  console.log(usage)
  process.exit(0)
}

type Stage = { targets: [Target, Target, Target]; population: Population; loseRedis(): Promise<void> }

async function bringUp(lifetime: Lifetime): Promise<Stage> {
  const postgres = await lifetime.hold(startPostgres({ port: 0 }), started => started.stop())
  const redis = await openRedis(lifetime, console.log)
  if (typeof redis === 'string') throw new Error(`there is no Redis: ${redis}`)
  await migrate(postgres.url)
  const env = { ...environment(postgres.url, redis.url), ...generous }
  const population = await lifetime.hold(openPopulation(env, redis), opened => opened.close())
  const start = (name: string) => startInstance(name, env, { lifetime, logs: [] })
  const targets = await Promise.all([start('A'), start('B'), start('C')])
  console.log(
    `Three instances on ${postgres.how.split(' from')[0]} and ${redis.how.split(' (')[0]}, all on this machine`,
  )
  return { targets, population, loseRedis: redis.lose }
}

/** One address, and few people, ask more here than they would anywhere else. */
const plenty = { max: 1_000_000, windowSeconds: 60 }
const limits = [
  'session',
  'anonymous_address',
  'login_account',
  'login_address',
  'refresh_session',
  'refresh_address',
  'logout_session',
  'refused_address',
]
const generous = {
  MAX_SESSIONS_PER_USER: '1000',
  RATE_LIMITS: JSON.stringify(Object.fromEntries(limits.map(name => [name, plenty]))),
}

function judge(
  { name, targetMedianMs, targetMaxMs }: (typeof rounds)[number],
  revoked: readonly Revoked[],
): Measured {
  const ms = distributionOf(revoked.map(({ tookMs }) => tookMs))
  const refused = (at: number) => revoked.filter(({ refusedAt }) => refusedAt[at]).length
  const [refusedAtB, refusedAtC] = [refused(0), refused(1)]
  const isFinal = refusedAtB === revoked.length && refusedAtC === revoked.length
  const kept = isFinal && ms.median < targetMedianMs && ms.max < targetMaxMs
  return { round: name, revoked: revoked.length, refusedAtB, refusedAtC, ms, kept }
}

function rowsOf(measured: readonly Measured[]): string[][] {
  const header = ['', 'revoked at A', 'then refused at B', 'at C', 'DELETE, p50', 'p99', 'max', 'as promised']
  const lines = measured.map(({ round, revoked, refusedAtB, refusedAtC, ms, kept }) => [
    ...[round, ...[revoked, refusedAtB, refusedAtC].map(String)],
    ...[ms.median, ms.p99, ms.max].map(milliseconds),
    kept ? 'yes' : 'NO',
  ])
  return [header, ...lines]
}

await main()
