import type { LoggedEvent } from './export.ts'

/** Events of one session that follow each other within this time belong together, as the three of a sign-in do. */
const togetherMs = 5_000

/** `main` stands for the others, which are its session’s, the newest first. */
export type Group = { main: LoggedEvent; others: readonly LoggedEvent[] }

const weights = { critical: 2, warning: 1, info: 0 } as const

/** What a reader looks for; of equal severity, the first of these stands for a group. */
const telling: readonly LoggedEvent['type'][] = [
  'refresh_reused',
  'session_limit_reached',
  'new_device',
  'sign_in_succeeded',
  'session_revoked',
]

/** Pure: events, newest first, in groups by session. The most severe event stands for its group. */
export function groupsOf(events: readonly LoggedEvent[]): Group[] {
  const runs: LoggedEvent[][] = []
  for (const event of events) {
    const run = runs.at(-1)
    const last = run?.at(-1)
    if (run !== undefined && last !== undefined && isTogether(last, event)) run.push(event)
    else runs.push([event])
  }
  return runs.map(groupOf)
}

function isTogether(newer: LoggedEvent, older: LoggedEvent): boolean {
  if (newer.sessionId === null || newer.sessionId !== older.sessionId) return false
  return Date.parse(newer.createdAt) - Date.parse(older.createdAt) < togetherMs
}

function groupOf(run: readonly LoggedEvent[]): Group {
  const main = run.reduce((best, event) => (rank(event) > rank(best) ? event : best))
  return { main, others: run.filter(event => event !== main) }
}

function rank({ severity, type }: LoggedEvent): number {
  const place = telling.indexOf(type)
  return weights[severity] * 100 + (place === -1 ? 0 : telling.length - place)
}
