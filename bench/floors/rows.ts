import pg from 'pg'
import { setting } from '../listen.ts'

/** As many connections as the service has. */
export const pool = new pg.Pool({ connectionString: setting('DATABASE_URL'), max: 10, min: 10 })

export type Row = { user_id: string; token_hash: Buffer; rotation: number }

/** One SELECT by primary key, prepared. A token of a floor begins with the id of its session. */
export async function selectSession(token: string): Promise<Row | null> {
  const { rows } = await pool.query<Row>({
    name: 'select_session',
    text: 'SELECT user_id, token_hash, rotation, created_at, expires_at FROM sessions WHERE id = $1',
    values: [idOf(token)],
  })
  return rows[0] ?? null
}

/** One UPDATE … RETURNING by primary key, prepared. False: somebody else was faster. */
export async function replaceToken(token: string, row: Row, hash: Buffer): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'replace_token',
    text: `UPDATE sessions SET token_hash = $2, rotation = rotation + 1, rotated_at = clock_timestamp()
      WHERE id = $1 AND token_hash = $3 AND rotation = $4 RETURNING rotated_at`,
    values: [idOf(token), hash, row.token_hash, row.rotation],
  })
  return rowCount === 1
}

export function idOf(token: string): string {
  return token.slice(0, 36)
}
