import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bench, startBench } from './bench.ts'
import { wrongClocks } from './clock-row.ts'
import { writeDocumentation } from './documentation.ts'
import { failoverRow } from './failover-row.ts'
import { graceRows, graceSettings } from './grace-rows.ts'
import { buildFolder } from './instance.ts'
import { type Measurement, writeReport } from './measure.ts'
import { redisFailoverRows } from './redis-failover-rows.ts'
import { type Row, runRow } from './row.ts'
import { instanceRows, postgresRows, redisRows } from './rows.ts'
import { staleRedisRows } from './stale-redis-rows.ts'
import { upkeepRows } from './upkeep-rows.ts'

const seed = Number(process.env['FAULT_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const reportPath = process.env['FAULT_REPORT']

let bench: Bench
const measurements: Measurement[] = []
/** Rows that have begun and did not end well, whatever the reason. */
let open = 0

beforeAll(async () => {
  bench = await startBench()
})

afterAll(async () => {
  await bench?.close()
  // One that was begun early may not have been run.
  await Promise.all(order.map(row => row.tidy?.()))
  if (reportPath) await writeReport(reportPath, measurements)
  if (process.env['FAULT_DOCS'] && open === 0) await writeDocumentation(measurements)
})

const table: [string, readonly Row[]][] = [
  ['Redis that remembers', staleRedisRows],
  ['Redis', redisRows],
  ['Postgres', postgresRows],
  ['instances', instanceRows],
  ['clocks', [wrongClocks]],
  ['upkeep', upkeepRows],
  ['failover', [failoverRow()]],
  ['Redis failover', redisFailoverRows],
]
const order = table.flatMap(([, rows]) => rows)

describe.each(table)('%s', (_what, rows) => {
  it.for(rows.map(row => [row.title, row] as const))('every promise holds: %s', async ([, row], context) => {
    const obstacle = await row.cannotRun?.()
    if (obstacle) context.skip(obstacle)
    open++
    order[order.indexOf(row) + 1]?.early?.()
    const { measurement, failure } = await runRow(bench, row, seed)
    measurements.push(measurement)
    if (failure !== null) expect.fail(failure)
    open--
  })
})

describe('a grace, by instances whose grace is short', () => {
  let own: Bench

  beforeAll(async () => {
    own = await startBench(buildFolder, graceSettings)
  })

  afterAll(async () => {
    await own?.close()
  })

  it.for(graceRows.map(row => [row.title, row] as const))('every promise holds: %s', async ([, row]) => {
    open++
    const { measurement, failure } = await runRow(own, row, seed)
    measurements.push(measurement)
    if (failure !== null) expect.fail(failure)
    open--
  })
})
