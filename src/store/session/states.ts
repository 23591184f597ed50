import { type Column, eq, sql } from 'drizzle-orm'
import type { SessionState } from '../../session/session.ts'
import { gather } from '../gather.ts'
import { admitToDatabase, type Database } from '../postgres/database.ts'
import { preparedOnce } from '../postgres/prepared.ts'
import { userSessions } from '../postgres/schema/sessions.ts'
import { users } from '../postgres/schema/users.ts'
import { isCutOff } from './revocation/cutoffs.ts'

/** Reads what decides about a session; null when there is no such row. What is asked for in one turn is one statement. */
export function createStateReader(database: Database): (sessionId: string) => Promise<SessionState | null> {
  const read = gather(
    (take: () => readonly string[]) =>
      database.connected(async executor => {
        const sessionIds = take()
        const rows = await states(executor).execute({ sessionIds })
        const found = new Map(rows.map(({ state }) => [state.id, toState(state)]))
        // Postgres writes ids in lower case; whoever asks by HTTP may not.
        return sessionIds.map(id => found.get(id.toLowerCase()))
      }),
    { admit: admitToDatabase },
  )
  return async sessionId => (await read(sessionId)) ?? null
}

/**
 * Everything that decides about sessions, in one statement by primary key, as one column of JSON: what the client and
 * drizzle do for each of 27 columns was a third of the time of a verify that Postgres answers. `readAt` is never later
 * than what was read: Postgres sets the time of a statement again when it executes it, after `Bind` has fixed what the
 * statement sees.
 */
const states = preparedOnce(executor => {
  const instant = (column: Column) => sql`extract(epoch FROM ${column}) * 1000`
  const bytes = (column: Column) => sql`encode(${column}, 'base64')`
  // A list that the planner cannot look into: for one that it can, it plans each statement anew, which takes as long
  // as all the rest (430 µs instead of 210 for one session, PostgreSQL 18).
  const wanted = sql`ARRAY(SELECT unnest(${sql.placeholder('sessionIds')}::uuid[]))`
  const s = userSessions
  return executor
    .select({
      state: sql<StateRow>`json_build_object(
        'id', ${s.id}, 'userId', ${s.userId}, 'clientType', ${s.clientType}, 'authMethod', ${s.authMethod},
        'ipAddress', ${s.ipAddress}, 'userAgent', ${s.userAgent}, 'rotation', ${s.rotation},
        'accessTokenHash', ${bytes(s.accessTokenHash)}, 'refreshTokenHash', ${bytes(s.refreshTokenHash)},
        'previousAccessTokenHash', ${bytes(s.previousAccessTokenHash)},
        'previousRefreshTokenHash', ${bytes(s.previousRefreshTokenHash)},
        'familyHash', ${bytes(s.familyHash)}, 'formerFamilyHashes', ${bytes(s.formerFamilyHashes)},
        'formerTokenSeenAt', ${instant(s.formerTokenSeenAt)}, 'successorSealed', ${bytes(s.successorSealed)},
        'rotatedAt', ${instant(s.rotatedAt)}, 'createdAt', ${instant(s.createdAt)},
        'authenticatedAt', ${instant(s.authenticatedAt)}, 'lastActivityAt', ${instant(s.lastActivityAt)},
        'refreshExpiresAt', ${instant(s.refreshExpiresAt)}, 'expiresAt', ${instant(s.expiresAt)},
        'revokedAt', ${instant(s.revokedAt)}, 'revokedReason', ${s.revokedReason},
        'contextChangedAt', ${instant(s.contextChangedAt)}, 'cutOff', ${isCutOff},
        'userRoles', ${users.roles}, 'userDisabled', ${users.disabledAt} IS NOT NULL,
        'readAt', extract(epoch FROM transaction_timestamp()) * 1000)`,
    })
    .from(s)
    .leftJoin(users, eq(users.id, s.userId))
    .where(sql`${s.id} = ANY(${wanted})`)
    .prepare('session_states')
})

type Bytes = 'accessTokenHash' | 'refreshTokenHash' | 'familyHash'
type BytesOrNull = 'previousAccessTokenHash' | 'previousRefreshTokenHash' | 'successorSealed'

/** Bytes travel as base64, and instants as numbers. */
type StateRow = Omit<SessionState, Bytes | BytesOrNull | 'formerFamilyHashes' | 'user'> &
  Record<Bytes, string> &
  Record<BytesOrNull | 'formerFamilyHashes', string | null> & {
    userRoles: string[] | null
    userDisabled: boolean
  }

function toState(row: StateRow): SessionState {
  return {
    id: row.id,
    userId: row.userId,
    clientType: row.clientType,
    authMethod: row.authMethod,
    ipAddress: row.ipAddress,
    userAgent: row.userAgent,
    accessTokenHash: Buffer.from(row.accessTokenHash, 'base64'),
    previousAccessTokenHash: bytesOrNull(row.previousAccessTokenHash),
    refreshTokenHash: Buffer.from(row.refreshTokenHash, 'base64'),
    previousRefreshTokenHash: bytesOrNull(row.previousRefreshTokenHash),
    familyHash: Buffer.from(row.familyHash, 'base64'),
    formerFamilyHashes: hashesIn(row.formerFamilyHashes),
    formerTokenSeenAt: row.formerTokenSeenAt,
    successorSealed: bytesOrNull(row.successorSealed),
    rotation: row.rotation,
    rotatedAt: row.rotatedAt,
    createdAt: row.createdAt,
    authenticatedAt: row.authenticatedAt,
    lastActivityAt: row.lastActivityAt,
    refreshExpiresAt: row.refreshExpiresAt,
    expiresAt: row.expiresAt,
    revokedAt: row.revokedAt,
    revokedReason: row.revokedReason,
    contextChangedAt: row.contextChangedAt,
    cutOff: row.cutOff,
    user: row.userRoles === null ? null : { roles: row.userRoles, disabled: row.userDisabled },
    readAt: row.readAt,
  }
}

function bytesOrNull(text: string | null): Buffer | null {
  return text === null ? null : Buffer.from(text, 'base64')
}

const none: readonly Buffer[] = []
const hashLength = 32

/** Most sessions have none. */
function hashesIn(text: string | null): readonly Buffer[] {
  if (text === null) return none
  const bytes = Buffer.from(text, 'base64')
  const starts = Array.from({ length: bytes.length / hashLength }, (_, at) => at * hashLength)
  return starts.map(start => bytes.subarray(start, start + hashLength))
}
