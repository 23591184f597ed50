import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { type Lifetime, openLifetime } from '../scripts/demo/lifetime.ts'
import { colours } from '../scripts/demo/print.ts'
import type { Surroundings } from './contestants/contestant.ts'
import { latchkey } from './contestants/latchkey.ts'
import { startContestants } from './contestants/start.ts'
import { connections, openField, tell } from './field.ts'
import type { RequestFiles } from './load/request-files.ts'
import { type Measuring, measureRow, type RowResult, takeTurn } from './measure/rounds.ts'
import type { Turn } from './measure/statistics.ts'
import { factsOf } from './report/run-facts.ts'
import { terminalTable } from './report/table.ts'
import type { Entry } from './rows/row.ts'
import { measureCleanup } from './scale/cleanup.ts'
import { insertRevocations, measureStart } from './scale/deny-set.ts'
import { fill } from './scale/fill.ts'
import { readScaleOptions, type ScaleOptions } from './scale/options.ts'
import { measureProcesses } from './scale/processes.ts'
import { publishScale, type ScaleFigures, scaleTable } from './scale/report.ts'
import { refreshEntry, type Side, scaleRows, verifyMissEntry } from './scale/rows.ts'
import { bytesPerSnapshot, tableState } from './scale/storage.ts'

const calmTurns = 5

/** A quarter of the memory, as Postgres' documentation recommends (Resource Consumption); it comes with 128 MiB. */
const sharedBuffersMiB = Math.floor(totalmem() / 4 / 2 ** 20)

async function main(): Promise<void> {
  const options = readScaleOptions()
  const lifetime = openLifetime(() => console.log(colours.dim('\nStopping (again to force)')))
  try {
    const figures = await measureScale(options, lifetime)
    console.log(scaleTable(figures))
    if (options.publish) await publishScale(figures)
    if (options.json !== null) await writeFile(options.json, `${JSON.stringify(figures, null, 2)}\n`)
    await lifetime.end(0)
  } catch (error) {
    if (!lifetime.signal.aborted) console.error(error instanceof Error ? error.message : error)
    await lifetime.end(1)
  }
}

async function measureScale(options: ScaleOptions, lifetime: Lifetime): Promise<ScaleFigures> {
  const { planted, ...field } = await openField(
    lifetime,
    true,
    async stores => ({ large: await stores.database('large'), small: await stores.database('small') }),
    { shared_buffers: `${sharedBuffersMiB}MB` },
  )
  const secret = randomBytes(32).toString('base64')
  // Nothing is copied here, and nobody has a password.
  const seed = { secret, passwordHash: '', templates: { latchkey: '', floors: '' } }
  const surroundings: Surroundings = { ...field, seed, profileFolder: null }
  const contestants = startContestants(surroundings)
  await lifetime.hold(Promise.resolve(), contestants.stop)
  const { running } = contestants
  const { signal } = lifetime
  const measuring: Measuring = { ...options, ...field, warmUpSeconds: 2, connections, running, signal }

  tell(`Filling a database with ${options.sessions.toLocaleString('en')} sessions`)
  const startedAt = performance.now()
  const large = await makeSide(planted.large, secret, options)
  const fillSeconds = (performance.now() - startedAt) / 1000
  const filled = await tableState(planted.large)
  const small = await makeSide(planted.small, secret, { sessions: options.baseline, expired: 0 })

  const rows = await measureRows(large, small, field.files, measuring)
  const refreshes = await measureRefreshes(planted.large, large, field.files, measuring, options)
  tell('Cleaning up')
  const miss = verifyMissEntry(large, field.files)
  const cleanup = await measureCleanup(planted.large, secret, {
    turns: calmTurns,
    verify: mayFail => turnOf(mayFail ? forgiving(miss) : miss, measuring, options.seconds),
  })
  tell('Several processes')
  const processes = await measureProcesses(
    { databaseUrl: planted.small, sample: small.sample },
    surroundings,
    field.files,
    measuring,
  )
  tell('Starting instances')
  const start = await measureStarts(planted.large, surroundings, options.denySet)
  const snapshot = await bytesPerSnapshot(field.stores, secret, large.sample)
  const facts = await factsOf({ ...options, ...field, connections })
  return {
    facts,
    options,
    fillSeconds,
    rows,
    filled,
    refreshes,
    bytesPerSnapshot: snapshot,
    cleanup,
    processes,
    start,
  }
}

async function makeSide(
  databaseUrl: string,
  secret: string,
  sizes: { sessions: number; expired: number },
): Promise<Side> {
  const sample = await fill(databaseUrl, secret, sizes)
  const name = `${sizes.sessions.toLocaleString('en')} sessions`
  return {
    name,
    sample,
    refreshTokens: sample.refresh.map(session => session.refreshToken),
    usual: latchkey(name, { redis: 'up', databaseUrl }),
    withoutSnapshots: latchkey(`${name}, no snapshots`, { redis: 'up', databaseUrl, cacheTtlSeconds: 0 }),
  }
}

async function measureRows(
  large: Side,
  small: Side,
  files: RequestFiles,
  measuring: Measuring,
): Promise<RowResult[]> {
  const results: RowResult[] = []
  for (const row of scaleRows(large, small, files)) {
    const result = await measureRow({ ...row, entries: row.entries.map(forgiving) }, measuring)
    console.log(terminalTable(result))
    results.push(result)
  }
  return results
}

async function measureRefreshes(
  databaseUrl: string,
  side: Side,
  files: RequestFiles,
  measuring: Measuring,
  { refreshMinutes }: ScaleOptions,
): Promise<ScaleFigures['refreshes']> {
  tell(`Refreshing for ${refreshMinutes} min`)
  const before = await tableState(databaseUrl)
  const { requests, failures } = await turnOf(
    forgiving(refreshEntry(side, files)),
    measuring,
    refreshMinutes * 60,
  )
  return { before, after: await tableState(databaseUrl), requests, failures }
}

async function measureStarts(
  databaseUrl: string,
  surroundings: Surroundings,
  denySet: number,
): Promise<ScaleFigures['start']> {
  const instance = latchkey('another instance', { redis: 'up', databaseUrl })
  const withoutRevocations = await measureStart(instance, surroundings)
  await insertRevocations(databaseUrl, denySet)
  return { withoutRevocations, withDenySet: await measureStart(instance, surroundings) }
}

async function turnOf(entry: Entry, measuring: Measuring, seconds: number): Promise<Turn> {
  measuring.signal.throwIfAborted()
  return await takeTurn(entry, await measuring.running(entry.contestant), measuring, seconds)
}

/** For minutes, in which a machine may pause: how many a pause has cost is told with the figures. */
function forgiving(entry: Entry): Entry {
  return { ...entry, prepare: async running => ({ ...(await entry.prepare(running)), mayFail: true }) }
}

await main()
