import { type Column, type SQL, sql } from 'drizzle-orm'
import { validate as isUuid } from 'uuid'
import { Problem } from '../../errors.ts'

/** A place in a list ordered by time, then id. Opaque to the caller; `at` is in microseconds since the epoch. */
export type Cursor = { at: string; id: string }

/** What one page of a list is to hold. */
export type Page = { limit: number; cursor: string | null }

/** In microseconds, as Postgres keeps it: no entry of a list is shown twice or left out. */
export function micros(at: Column): SQL<string> {
  return sql<string>`(extract(epoch FROM ${at}) * 1000000)::bigint`
}

/** Whether a row comes behind the cursor in a list with the newest first. */
export function isBehind(at: Column, id: Column, cursor: Cursor): SQL {
  const place = sql`'epoch'::timestamptz + ${cursor.at}::bigint * interval '1 microsecond'`
  return sql`(${at}, ${id}) < (${place}, ${cursor.id}::uuid)`
}

/** The rows of a page out of those that were read, one more than the page holds if there are more. */
export function pageOf<Row extends { id: string; micros: string }>(
  rows: readonly Row[],
  limit: number,
): { rows: Row[]; nextCursor: string | null } {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const isLastPage = rows.length <= limit || last === undefined
  return { rows: page, nextCursor: isLastPage ? null : encodeCursor({ at: last.micros, id: last.id }) }
}

/** Sixteen digits reach into the year 2286. */
const microseconds = /^\d{1,16}$/

function encodeCursor(cursor: Cursor): string {
  return Buffer.from(`${cursor.at}|${cursor.id}`).toString('base64url')
}

/** Throws `validation_failed` for anything that `encodeCursor` did not make. */
export function decodeCursor(text: string): Cursor {
  const [at, id, ...rest] = Buffer.from(text, 'base64url').toString('utf8').split('|')
  if (at === undefined || id === undefined || rest.length > 0 || !microseconds.test(at) || !isUuid(id)) {
    throw new Problem('validation_failed', {
      detail:
        'The cursor is not valid: leave it out to start from the newest, or pass `nextCursor` unchanged.',
      errors: [{ path: '/cursor', message: 'must be the nextCursor of an earlier response' }],
    })
  }
  return { at, id }
}
