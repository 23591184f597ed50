import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bench, startBench } from './bench.ts'
import type { Violation } from './evidence.ts'
import { buildFolder } from './instance.ts'
import { type Mechanism, mechanisms } from './mechanisms.ts'
import { runRow } from './row.ts'
import { buildVariant, type Variant } from './variant.ts'

const seed = Number(process.env['FAULT_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
/** Some of it shows in a race of milliseconds, which a busy machine may miss. */
const mostTries = 3
/** What a mechanism keeps out of Redis' snapshots shows where nothing stands before Redis. */
const withoutNearCache = { NEAR_CACHE_MAX_SESSIONS: '0' }

describe('with every mechanism', () => {
  let bench: Bench

  beforeAll(async () => {
    bench = await startBench(buildFolder, withoutNearCache)
  })

  afterAll(async () => {
    await bench?.close()
  })

  // The others are rows of the table, whose instances have these settings.
  it.for(
    mechanisms.filter(({ settings }) => settings === undefined).map(({ row }) => [row.title, row] as const),
  )('every promise holds: %s', async ([, row], context) => {
    const obstacle = await row.cannotRun?.()
    if (obstacle) context.skip(obstacle)
    const { failure } = await runRow(bench, row, seed)
    if (failure !== null) expect.fail(failure)
  })
})

describe('without one of them', () => {
  it.for(mechanisms.map(mechanism => [mechanism.name, mechanism.breaks, mechanism] as const))(
    'a promise breaks: %s (%s)',
    async ([name, , mechanism], context) => {
      const obstacle = await mechanism.row.cannotRun?.()
      if (obstacle) context.skip(obstacle)
      const variant = await buildVariant(mechanism.patch)
      const caught = await caughtIn(variant, mechanism).finally(variant.remove)
      process.stdout.write(`without ${name}: ${caught.length} times, such as: ${caught[0]?.what}\n`)
      expect(caught, 'the checker has noticed nothing').not.toEqual([])
    },
  )
})

async function caughtIn({ build }: Variant, { row, breaks, settings }: Mechanism): Promise<Violation[]> {
  const bench = await startBench(build, { ...withoutNearCache, ...settings })
  try {
    for (let tries = 0; tries < mostTries; tries++) {
      const { violations } = await runRow(bench, row, seed + tries)
      const caught = violations.filter(({ rule }) => rule === breaks)
      if (caught.length > 0) return caught
    }
    return []
  } finally {
    await bench.close()
  }
}
