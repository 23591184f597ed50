import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bench, startBench } from './bench.ts'
import { mechanisms } from './mechanisms.ts'
import { runRow } from './row.ts'
import { buildVariant } from './variant.ts'

const seed = Number(process.env['FAULT_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

describe('with every mechanism', () => {
  let bench: Bench

  beforeAll(async () => {
    bench = await startBench()
  })

  afterAll(async () => {
    await bench?.close()
  })

  it.for(mechanisms.map(({ row }) => [row.title, row] as const))(
    'every promise holds: %s',
    async ([, row], context) => {
      const obstacle = await row.cannotRun?.()
      if (obstacle) context.skip(obstacle)
      const { failure } = await runRow(bench, row, seed)
      if (failure !== null) expect.fail(failure)
    },
  )
})

describe('without one of them', () => {
  it.for(mechanisms.map(mechanism => [mechanism.name, mechanism.breaks, mechanism] as const))(
    'a promise breaks: %s (%s)',
    async ([name, breaks, { patch, row }], context) => {
      const obstacle = await row.cannotRun?.()
      if (obstacle) context.skip(obstacle)
      const variant = await buildVariant(patch)
      try {
        const bench = await startBench(variant.build)
        try {
          const { violations } = await runRow(bench, row, seed)
          const caught = violations.filter(({ rule }) => rule === breaks)
          process.stdout.write(`without ${name}: ${caught.length} times, such as: ${caught[0]?.what}\n`)
          expect(caught, 'the checker has noticed nothing').not.toEqual([])
        } finally {
          await bench.close()
        }
      } finally {
        await variant.remove()
      }
    },
  )
})
