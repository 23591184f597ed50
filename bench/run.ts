import { type Lifetime, openLifetime } from '../scripts/demo/lifetime.ts'
import { colours } from '../scripts/demo/print.ts'
import { secondLooks } from './contestants/all.ts'
import { startContestants } from './contestants/start.ts'
import { connections, openField, tell } from './field.ts'
import { type Measuring, measureRow, type RowResult } from './measure/rounds.ts'
import { type Options, readOptions } from './options.ts'
import { publish, readRun, resultsFile, writeRun } from './report/publish.ts'
import { factsOf } from './report/run-facts.ts'
import { terminalTable } from './report/table.ts'
import { rows } from './rows/all.ts'
import { comparisonRows } from './rows/comparison.ts'
import type { Row } from './rows/row.ts'
import { signInWarmUp } from './rows/sign-in.ts'
import { plant } from './seed/seed.ts'

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
  const all = options.against === null ? rows : comparisonRows(options.against)
  const chosen = Object.entries(all).filter(([id]) => options.only?.test(id) ?? true)
  if (chosen.length === 0) throw new Error(`no row matches; there are ${Object.keys(all).join(', ')}`)

  const { planted, ...field } = await openField(lifetime, options.useWrk, stores => {
    tell('Planting users and sessions')
    return plant(stores, sizesFor(options))
  })
  const contestants = startContestants({
    ...field,
    seed: planted,
    profileFolder: options.profileFolder,
  })
  await lifetime.hold(Promise.resolve(), contestants.stop)
  const measuring: Measuring = {
    ...options,
    ...field,
    connections,
    running: contestants.running,
    signal: lifetime.signal,
  }

  const results: RowResult[] = []
  for (const [, build] of chosen) {
    const whole = build({ seed: planted, files: field.files })
    const row = options.quick ? withoutSecondLooks(whole) : whole
    tell(row.title)
    const result = await measureRow(row, measuring)
    console.log(terminalTable(result))
    for (const line of contestants.newLines()) tell(line)
    results.push(result)
  }
  if (options.rounds === 1) tell('One round each is a first look: no figure of it is worth quoting.')
  const run = { facts: await factsOf({ ...options, ...field, connections }), rows: results }
  if (options.json !== null) await writeRun(options.json, run)
  if (options.publish) {
    await writeRun(resultsFile, run)
    await publish(run)
  }
  tell(`Done in ${Math.round((performance.now() - startedAt) / 1000)} s`)
}

function withoutSecondLooks(row: Row): Row {
  const entries = row.entries.filter(({ contestant }) => !secondLooks.includes(contestant))
  const names = entries.map(({ name }) => name)
  return {
    ...row,
    entries,
    ratios: row.ratios.filter(({ of, to }) => names.includes(of) && names.includes(to)),
  }
}

/** More sessions and people than can be spent in the time; those that nobody asks about cost next to nothing. */
function sizesFor({ rounds, seconds, warmUpSeconds }: Options) {
  const loaded = rounds * seconds + warmUpSeconds * (warmUpSeconds < 1 ? 1 : signInWarmUp)
  return {
    sessions: 50_000,
    refreshable: 5_000,
    revocable: Math.ceil(loaded * 4_000),
    // Two halves, and the flood lasts longer than what is measured in it.
    people: Math.ceil((loaded + rounds + 1) * 1_600),
  }
}

await main()
