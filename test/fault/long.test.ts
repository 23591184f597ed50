import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bench, startBench } from './bench.ts'
import { type Measurement, summary, writeReport } from './measure.ts'
import { createRandom, type Random } from './random.ts'
import { type Row, runRow } from './row.ts'
import { instanceRows, postgresRows, redisRows } from './rows.ts'

const seed = Number(process.env['FAULT_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const minutes = Number(process.env['FAULT_LONG_MINUTES'] ?? 30)
const reportPath = process.env['FAULT_REPORT']

/** What the last row still takes, and the end of the bench. */
const spareMs = 60_000
/** More of them would only be scrolled past; all are counted. */
const shownFailures = 5

describe.runIf(process.env['FAULT_LONG'])('random faults that overlap', () => {
  let bench: Bench
  const measurements: Measurement[] = []
  const faults: string[] = []

  beforeAll(async () => {
    bench = await startBench()
  })

  afterAll(async () => {
    await bench?.close()
    // Also when it has failed, or was too slow.
    process.stdout.write(`\nseed ${seed}\n${summary(measurements, faults)}\n`)
    if (reportPath) await writeReport(reportPath, measurements)
  })

  it(
    `break no promise in ${minutes} minutes (--seed ${seed})`,
    async () => {
      const random = createRandom(seed)
      const until = performance.now() + minutes * 60_000
      const failures: string[] = []
      while (performance.now() < until) {
        const row = overlapping(random)
        const { measurement, failure } = await runRow(bench, row, Math.floor(random.next() * 2 ** 31))
        measurements.push(measurement)
        faults.push(...row.faults)
        if (failure === null) continue
        failures.push(`${row.title}\n${failure}`)
        // At once: half an hour is long to wait for what to look into.
        process.stdout.write(`\nafter ${measurements.length} rows: ${row.title}\n${failure}\n`)
      }
      expect(measurements).not.toEqual([])
      expect(failures.slice(0, shownFailures).join('\n\n')).toBe('')
    },
    minutes * 60_000 + spareMs,
  )
})

/** One fault of Redis, and one of Postgres or of an instance, which begins while the first one lasts. */
function overlapping(random: Random): Row & { faults: string[] } {
  const first = random.pick(redisRows)
  const second = random.pick([...postgresRows, ...instanceRows])
  if (first === undefined || second === undefined) throw new Error('there are no faults to choose from')
  const later = random.between(0, 2_000)
  return {
    title: `${first.title}; ${Math.round(later)} ms later ${second.title}`,
    faults: [first.title, second.title],
    mayFail: () => true,
    async fault(stage) {
      const overlap = sleep(later).then(() => second.fault(stage))
      await Promise.all([first.fault(stage), overlap])
    },
  }
}
