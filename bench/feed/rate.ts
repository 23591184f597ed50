import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { milliseconds } from '../../scripts/demo/print.ts'
import { distributionOf } from '../measure/distribution.ts'
import { takeDatabaseCost } from './database.ts'
import type { Setting } from './setting.ts'

export type RateMeasurement = Awaited<ReturnType<typeof measureRate>>

const settleMs = 2_000

/** What the followers ask while so many sessions are revoked a second. */
export async function measureRate({ followers, writer, database }: Setting, rate: number, seconds: number) {
  await revokeAt(writer, rate)
  await sleep(settleMs)
  await revokeAt(writer, rate)
  for (const follower of followers) follower.takeAsked()
  await takeDatabaseCost(database)
  await sleep(seconds * 1000)
  const committed = await revokeAt(writer, 0)
  const asked = followers.flatMap(follower => follower.takeAsked())
  const cost = await takeDatabaseCost(database)
  const polls = asked.filter(({ what }) => what !== 'acknowledge')
  return {
    revocationsPerSecond: committed / seconds,
    pollsPerSecondEach: polls.length / seconds / followers.length,
    acknowledgementsPerSecondEach: (asked.length - polls.length) / seconds / followers.length,
    rowsPerPoll: distributionOf(polls.map(({ rows }) => rows)),
    pollMs: distributionOf(polls.map(({ tookMs }) => tookMs)),
    failedPolls: polls.filter(({ failed }) => failed).length,
    databaseMaxMs: cost.maxMs,
    databaseMsPerSecond: cost.totalMs / seconds,
  }
}

/** Sets the writer's rate; returns how many it has committed since the last time. */
async function revokeAt(writer: ChildProcess, perSecond: number): Promise<number> {
  writer.send(perSecond)
  const [committed] = await once(writer, 'message')
  return Number(committed)
}

/** The poll as its follower sees it; polls and acknowledgements together as the database does. */
export function rateRows(rates: readonly RateMeasurement[]): string[][] {
  const header = [
    ...['revocations/s', 'polls/s each', 'acks/s each', 'rows p50', 'rows max'],
    ...['a poll, p50', 'p99', 'max', 'failed', 'in Postgres, max', 'all, of a core there'],
  ]
  const lines = rates.map(({ rowsPerPoll, pollMs, ...rate }) => [
    rate.revocationsPerSecond.toFixed(0),
    rate.pollsPerSecondEach.toFixed(1),
    rate.acknowledgementsPerSecondEach.toFixed(1),
    String(rowsPerPoll.median),
    String(rowsPerPoll.max),
    ...[pollMs.median, pollMs.p99, pollMs.max].map(milliseconds),
    String(rate.failedPolls),
    milliseconds(rate.databaseMaxMs),
    `${(rate.databaseMsPerSecond / 10).toFixed(1)} %`,
  ])
  return [header, ...lines]
}
