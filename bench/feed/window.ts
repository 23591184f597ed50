import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { milliseconds } from '../../scripts/demo/print.ts'
import { distributionOf } from '../measure/distribution.ts'
import { cutConnections, insertRevocations } from './database.ts'
import type { Asked, Follower } from './follower.ts'
import type { Setting } from './setting.ts'

export type WindowMeasurement = Awaited<ReturnType<typeof measureLoss>>

const settledWithinMs = 60_000

/** How long it takes to read the window again: for one follower, and for all when they are cut off at once. */
export async function measureWindow(
  { followers, database }: Setting,
  rows: number,
  windowSeconds: number,
): Promise<WindowMeasurement[]> {
  await insertRevocations(database, rows, { fromSecondsAgo: windowSeconds - 60, toSecondsAgo: 0 })
  await Promise.all(followers.map(follower => until(() => follower.denySet.size() >= rows)))
  return [await measureLoss(followers.slice(0, 1), database), await measureLoss(followers, database)]
}

async function measureLoss(followers: readonly Follower[], database: pg.Client) {
  for (const follower of followers) follower.takeAsked()
  const rows = Math.max(...followers.map(({ denySet }) => denySet.size()))
  // They share a process here: the longest that one of them could keep it from anything else.
  const stalls = monitorEventLoopDelay({ resolution: 1 })
  stalls.enable()
  const began = performance.now()
  await cutConnections(
    database,
    followers.map(({ connectionName }) => connectionName),
  )
  const losses = await Promise.all(followers.map(readAgain))
  stalls.disable()
  const reads = losses.flatMap(loss => loss.reads)
  const good = reads.filter(({ failed }) => !failed)
  return {
    followers: followers.length,
    rows,
    readAgainMs: distributionOf(losses.map(({ at }) => at - began)),
    rowsPerPage: distributionOf(good.map(page => page.rows)),
    pageMs: distributionOf(good.map(({ tookMs }) => tookMs)),
    failedReads: reads.length - good.length,
    longestStallMs: stalls.max / 1e6,
  }
}

/** Until the last page of a window has come. */
async function readAgain(follower: Follower): Promise<{ reads: Asked[]; at: number }> {
  const reads: Asked[] = []
  await until(() => {
    reads.push(...follower.takeAsked().filter(({ what }) => what !== 'acknowledge'))
    return reads.some(({ what, isLast }) => what === 'window' && isLast)
  })
  return { reads, at: performance.now() }
}

async function until(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + settledWithinMs
  while (!isSo()) {
    if (performance.now() > deadline)
      throw new Error(`a follower has not read all within ${settledWithinMs} ms`)
    await sleep(5)
  }
}

export function windowRows(losses: readonly WindowMeasurement[]): string[][] {
  const header = [
    ...['cut off', 'revocations in the window', 'read again after', 'the last after', 'rows a page'],
    ...['a page, p50', 'p99', 'max', 'failed', 'longest stall'],
  ]
  const lines = losses.map(({ readAgainMs, rowsPerPage, pageMs, ...loss }) => [
    String(loss.followers),
    String(loss.rows),
    ...[readAgainMs.median, readAgainMs.max].map(milliseconds),
    String(rowsPerPage.max),
    ...[pageMs.median, pageMs.p99, pageMs.max].map(milliseconds),
    String(loss.failedReads),
    milliseconds(loss.longestStallMs),
  ])
  return [header, ...lines]
}
