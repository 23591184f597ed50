import type pg from 'pg'
import { v7 as uuid } from 'uuid'
import type { Instant } from '../../src/clock.ts'
import type { Services } from '../../src/services.ts'
import { deviceFacts } from '../../src/session/device/device.ts'
import { createAccessTokens } from '../../src/session/token/access-token.ts'
import { mintRefreshToken, newFamily } from '../../src/session/token/refresh-token.ts'
import { deriveKeys, sha256 } from '../../src/session/token/secrets.ts'

/** A signed-in session with its tokens, as its device would hold them. */
export type MintedSession = {
  id: string
  userId: string
  accessToken: string
  refreshToken: string
  accessTokenHash: Buffer
  refreshTokenHash: Buffer
  familyHash: Buffer
  createdAt: Instant
}

export const clientType = 'web'
export const absoluteLifetimeSeconds = 2_592_000
/** Longer than any run; else the tokens of the first rounds would end during the last. */
const accessTokenLifetimeSeconds = 86_400
export const userAgent =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'

/** Mints sessions with the service's own modules and keys. They become sessions when they are inserted. */
export function createMint({
  config,
  clock,
  keyRing,
}: Services): (userId: string, createdAt?: Instant) => MintedSession {
  const accessTokens = createAccessTokens(keyRing, config.issuer, config.audience)
  const keys = deriveKeys(config.secret)
  return (userId, createdAt = clock.now()) => {
    const id = uuid({ msecs: createdAt })
    const now = clock.now()
    const subject = { sessionId: id, userId, clientType, authenticatedAt: now }
    const notAfter = now + absoluteLifetimeSeconds * 1000
    const access = accessTokens.issue(subject, now, accessTokenLifetimeSeconds, notAfter)
    const family = newFamily()
    const refresh = mintRefreshToken(keys, id, 0, family)
    return {
      id,
      userId,
      accessToken: access.text,
      refreshToken: refresh.text,
      accessTokenHash: access.hash,
      refreshTokenHash: refresh.hash,
      familyHash: sha256(family),
      createdAt,
    }
  }
}

const batchSize = 5_000

export async function insertSessions(client: pg.Client, sessions: readonly MintedSession[]): Promise<void> {
  for (let start = 0; start < sessions.length; start += batchSize) {
    const batch = sessions.slice(start, start + batchSize)
    await client.query(
      `INSERT INTO user_sessions (id, user_id, access_token_hash, refresh_token_hash, family_hash,
         client_type, auth_method, rotated_at, created_at, authenticated_at, last_activity_at,
         refresh_expires_at, expires_at, ip_address, user_agent, device_info)
       SELECT id, user_id, access_hash, refresh_hash, family_hash,
         $6, 'password', created_at, created_at, created_at, now(),
         now() + interval '7 days', created_at + make_interval(secs => $7), '192.0.2.1', $8, $9
       FROM unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::bytea[], $5::bytea[], $10::timestamptz[])
         AS session (id, user_id, access_hash, refresh_hash, family_hash, created_at)`,
      [
        batch.map(session => session.id),
        batch.map(session => session.userId),
        batch.map(session => session.accessTokenHash),
        batch.map(session => session.refreshTokenHash),
        batch.map(session => session.familyHash),
        clientType,
        absoluteLifetimeSeconds,
        userAgent,
        deviceFacts(userAgent),
        batch.map(session => new Date(session.createdAt).toISOString()),
      ],
    )
  }
}
