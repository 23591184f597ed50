import { validate as isUuid } from 'uuid'
import { Problem } from '../errors.ts'

/** A place in a list ordered by time, then id. Opaque to the caller; `at` is the database's own text of an instant. */
export type Cursor = { at: string; id: string }

const instantText = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d)?$/

export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(`${cursor.at}|${cursor.id}`).toString('base64url')
}

/** Throws `validation_failed` for anything that `encodeCursor` did not make. */
export function decodeCursor(text: string): Cursor {
  const [at, id, ...rest] = Buffer.from(text, 'base64url').toString('utf8').split('|')
  if (at === undefined || id === undefined || rest.length > 0 || !isInstant(at) || !isUuid(id)) {
    throw new Problem('validation_failed', {
      detail:
        'The cursor is not valid: leave it out to start from the newest, or pass `nextCursor` unchanged.',
      errors: [{ path: '/cursor', message: 'must be a nextCursor of an earlier answer' }],
    })
  }
  return { at, id }
}

function isInstant(text: string): boolean {
  return instantText.test(text) && !Number.isNaN(new Date(text).getTime())
}
