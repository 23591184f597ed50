import { validate as isUuid } from 'uuid'
import { Problem } from '../errors.ts'

/** A place in a list ordered by time, then id. Opaque to the caller; `at` is in microseconds since the epoch. */
export type Cursor = { at: string; id: string }

/** Sixteen digits reach into the year 2286. */
const microseconds = /^\d{1,16}$/

export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(`${cursor.at}|${cursor.id}`).toString('base64url')
}

/** Throws `validation_failed` for anything that `encodeCursor` did not make. */
export function decodeCursor(text: string): Cursor {
  const [at, id, ...rest] = Buffer.from(text, 'base64url').toString('utf8').split('|')
  if (at === undefined || id === undefined || rest.length > 0 || !microseconds.test(at) || !isUuid(id)) {
    throw new Problem('validation_failed', {
      detail:
        'The cursor is not valid: leave it out to start from the newest, or pass `nextCursor` unchanged.',
      errors: [{ path: '/cursor', message: 'must be a nextCursor of an earlier answer' }],
    })
  }
  return { at, id }
}
