import { createHash, randomBytes } from 'node:crypto'
import { v7 as uuid } from 'uuid'
import { connected } from '../field/stores.ts'

/** A session of a floor: its tokens begin with its id. */
export type FloorSession = { id: string; userId: string; refreshToken: string }

/** The table that a floor of Postgres reads and changes: what a session cannot do without, and no index but the key. */
const table = `CREATE TABLE sessions (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL,
  token_hash bytea NOT NULL,
  rotation integer NOT NULL DEFAULT 0,
  rotated_at timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL DEFAULT now() + interval '30 days'
) WITH (fillfactor = 70)`

export async function insertFloorSessions(url: string, count: number): Promise<FloorSession[]> {
  const sessions = Array.from({ length: count }, (): FloorSession => {
    const id = uuid()
    return { id, userId: uuid(), refreshToken: `${id}.${randomBytes(32).toString('base64url')}` }
  })
  await connected(url, async client => {
    await client.query(table)
    await client.query(
      `INSERT INTO sessions (id, user_id, token_hash)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bytea[])`,
      [
        sessions.map(session => session.id),
        sessions.map(session => session.userId),
        sessions.map(session => createHash('sha256').update(session.refreshToken).digest()),
      ],
    )
    await client.query('VACUUM ANALYZE')
  })
  return sessions
}
