import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Clock, createClock } from '../../../src/clock.ts'
import { createHistory, type HistoryPoint, type HistorySpan } from '../../../src/store/operator/history.ts'
import { createDatabase, type Database } from '../../../src/store/postgres/database.ts'
import { query } from '../../support/database.ts'
import { freshDatabase } from '../../support/stores.ts'

const minuteMs = 60_000
/** Always now, in the middle of a step. */
const now = Date.parse('2026-01-31T12:34:30.000Z')
const clock: Clock = { ...createClock(), now: () => now }

let databaseUrl: string
let database: Database

beforeAll(async () => {
  databaseUrl = (await freshDatabase()).url
  database = createDatabase(databaseUrl, 2)
})

afterAll(() => database.close())

beforeEach(() => query(databaseUrl, 'TRUNCATE security_events'))

/** Events so many minutes ago, one for each. */
async function happened(type: string, ...minutesAgo: number[]): Promise<void> {
  for (const ago of minutesAgo) {
    await query(
      databaseUrl,
      `INSERT INTO security_events (id, type, severity, actor, details, created_at)
       VALUES (gen_random_uuid(), $1, 'info', 'anonymous', '{}', $2)`,
      [type, new Date(now - ago * minuteMs)],
    )
  }
}

/** A history that knows nothing yet. `asked`: how many statements it has sent. */
function newHistory() {
  let asked = 0
  const counted: Database = {
    ...database,
    run(task) {
      asked++
      return database.run(task)
    },
  }
  const { read } = createHistory({ database: counted, clock })
  return {
    read,
    asked: () => asked,
    async sum(span: HistorySpan, name: Exclude<keyof HistoryPoint, 'at'>): Promise<number> {
      const { points } = await read(span)
      return points.reduce((total, point) => total + point[name], 0)
    },
  }
}

it('what has happened is told in the step in which it did, and nothing before the first', async () => {
  await happened('sign_in_succeeded', 0, 10, 10, 58, 62, 300)
  await happened('account_locked', 10)
  await happened('session_created', 10)
  const { read, sum } = newHistory()
  const { points } = await read('hour')
  const told = points
    .filter(({ signedIn }) => signedIn > 0)
    .map(({ at, signedIn }) => [new Date(at).toISOString(), signedIn])
  expect(told).toEqual([
    ['2026-01-31T11:36:00.000Z', 1],
    ['2026-01-31T12:24:00.000Z', 2],
    ['2026-01-31T12:34:00.000Z', 1],
  ])
  expect([await sum('hour', 'signedIn'), await sum('hour', 'locked')]).toEqual([4, 1])
  expect([await sum('day', 'signedIn'), await sum('day', 'locked')]).toEqual([6, 1])
})

it('what is past is counted once, and what is going on each time', async () => {
  const { sum, asked } = newHistory()
  await happened('refresh_reused', 0, 90, 1_000)
  expect(await sum('day', 'reused')).toBe(3)
  const first = asked()
  await happened('refresh_reused', 0)
  expect(await sum('day', 'reused')).toBe(4)
  // Thirteen slices of two hours and what is counted already; then the slice that is going on, and that again.
  expect([first, asked() - first]).toEqual([14, 2])
})

it('whoever asks while it is being counted shares the count', async () => {
  const { read, asked } = newHistory()
  const histories = await Promise.all([read('hour'), read('hour'), read('hour')])
  expect(new Set(histories).size).toBe(1)
  expect(asked()).toBe(5)
})
