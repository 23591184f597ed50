import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Lifetime, openLifetime } from '../scripts/demo/lifetime.ts'
import { colours } from '../scripts/demo/print.ts'
import { startContestants } from './contestants/start.ts'
import { shareCores } from './cores.ts'
import { buildContestants, installContestants } from './install.ts'
import { startLoad } from './load/load.ts'
import { createRequestFiles } from './load/request-files.ts'
import { wrkVersion } from './load/wrk.ts'
import { measureRow, type RowResult } from './measure/rounds.ts'
import { type Options, readOptions } from './options.ts'
import { publish, readRun, resultsFile, writeRun } from './report/publish.ts'
import { factsOf } from './report/run-facts.ts'
import { terminalTable } from './report/table.ts'
import { rows } from './rows/all.ts'
import { plant } from './seed/seed.ts'
import { openStores } from './stores.ts'

/** Sockets with keep-alive, each with one request under way. */
const connections = 64

async function main(): Promise<void> {
  const options = readOptions()
  const lifetime = openLifetime(() => console.log(colours.dim('\nStopping (again to force)')))
  try {
    await bench(options, lifetime)
    await lifetime.end(0)
  } catch (error) {
    if (!lifetime.signal.aborted) console.error(error instanceof Error ? error.message : error)
    await lifetime.end(1)
  }
}

async function bench(options: Options, lifetime: Lifetime): Promise<void> {
  if (options.from !== null) return await publish(await readRun(options.from))
  const startedAt = performance.now()
  const chosen = Object.entries(rows).filter(([id]) => options.only?.test(id) ?? true)
  if (chosen.length === 0) throw new Error(`no row matches; there are ${Object.keys(rows).join(', ')}`)

  const field = await prepareField(options, lifetime)
  const results: RowResult[] = []
  for (const [, build] of chosen) {
    const row = build(field.material)
    tell(row.title)
    const result = await measureRow(row, { ...options, ...field, connections, signal: lifetime.signal })
    console.log(terminalTable(result))
    results.push(result)
  }
  const run = { facts: await factsOf({ ...options, ...field, connections }), rows: results }
  if (options.json !== null) await writeRun(options.json, run)
  if (options.publish) {
    await writeRun(resultsFile, run)
    await publish(run)
  }
  tell(`Done in ${Math.round((performance.now() - startedAt) / 1000)} s`)
}

/** Everything that stands before the first measurement: the stores with what is in them, and the load. */
async function prepareField(options: Options, lifetime: Lifetime) {
  await installContestants(tell)
  // Before the cores are shared out, so that compiling may use them all.
  const built = buildContestants()
  built.catch(() => undefined)
  const cores = await shareCores()
  const stores = await openStores(lifetime, tell)
  const folder = await lifetime.hold(mkdtemp(join(tmpdir(), 'latchkey-bench-')), created =>
    rm(created, { recursive: true, force: true }),
  )
  tell('Planting users and sessions')
  const seed = await plant(stores, sizesFor(options))
  await built
  const wrk = options.useWrk ? await wrkVersion() : null
  const contestants = startContestants({ stores, seed, cores })
  const load = startLoad(wrk !== null)
  const background = startLoad(false)
  await lifetime.hold(Promise.resolve(), async () => {
    await Promise.all([contestants.stop(), load.stop(), background.stop()])
  })
  return {
    cores,
    stores,
    wrk,
    load,
    background,
    running: contestants.running,
    material: { seed, files: createRequestFiles(folder) },
  }
}

/** More sessions and people than can be spent in the time; those that nobody asks about cost next to nothing. */
function sizesFor({ rounds, seconds, warmUpSeconds }: Options) {
  const loaded = rounds * seconds + warmUpSeconds
  return {
    sessions: 50_000,
    refreshable: 5_000,
    revocable: Math.ceil(loaded * 4_000),
    // Two halves, and the flood lasts longer than what is measured in it.
    people: Math.ceil((loaded + rounds + 1) * 1_600),
  }
}

function tell(line: string): void {
  console.log(colours.dim(line))
}

await main()
