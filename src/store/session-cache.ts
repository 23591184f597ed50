import { createHmac, timingSafeEqual } from 'node:crypto'
import { Cluster } from 'ioredis'
import type { MarkedOn, SessionCache } from '../session/ports.ts'
import type { SecretRing } from '../session/secrets.ts'
import { type RevocationReason, revocationReasons, type Snapshot } from '../session/session.ts'
import type { RedisClient } from './redis.ts'
import type { RedisLink } from './redis-link.ts'
import { createSharedMget } from './shared-mget.ts'

/** Key names. The braces put a session's keys into one Cluster slot, so that one `MGET` reads both. */
const keys = {
  snapshot: (sessionId: string) => `session:{${sessionId}}`,
  mark: (sessionId: string) => `blacklist:{${sessionId}}`,
}

export type SessionCacheSettings = {
  /** Milliseconds for which a snapshot of this client type may serve; afterwards Redis may drop it. */
  snapshotLifetimeMs: (clientType: string) => number
  /** A mark outlives every access token of its session and every snapshot, by a minute. */
  markLifetimeSeconds: number
}

/** Where instances tell each other what they have done. Nobody relies on it: it makes things known sooner. */
export const newsChannel = 'latchkey:news'

/** `feed`: there is something to read on the feed. Either way, what is remembered of these sessions counts no more. */
export type News = { kind: 'feed' | 'rotated'; sessionIds: readonly string[] }

function newsText({ kind, sessionIds }: News): string {
  return [kind, ...sessionIds].join(' ')
}

export function readNews(text: string): News {
  const [kind, ...sessionIds] = text.split(' ')
  return { kind: kind === 'rotated' ? kind : 'feed', sessionIds }
}

/** Snapshots and marks in Redis. Each value carries an HMAC: who can write to Redis can sign nobody in or out. */
export function createSessionCache(
  link: RedisLink,
  secrets: SecretRing,
  settings: SessionCacheSettings,
): SessionCache {
  const sharedMget = createSharedMget()

  function readBoth(redis: RedisClient, pair: string[]): Promise<(string | null)[]> {
    return redis instanceof Cluster ? redis.mget(pair) : sharedMget(redis, pair)
  }

  /** A Redis that cannot be asked is an answer; the link knows, and tells, how it is doing. */
  async function attempt<T>(command: (redis: RedisClient) => Promise<T>, otherwise: T): Promise<T> {
    return await link.ask(command).catch(() => otherwise)
  }

  return {
    async read(sessionId) {
      const snapshotKey = keys.snapshot(sessionId)
      const markKey = keys.mark(sessionId)
      const values = await attempt(redis => readBoth(redis, [snapshotKey, markKey]), null)
      if (values === null) return { kind: 'away' }
      const [snapshotText = null, markText = null] = values
      return {
        kind: 'read',
        occupied: snapshotText !== null,
        snapshot: parseSnapshot(open(secrets, snapshotKey, snapshotText)),
        revoked: parseReason(open(secrets, markKey, markText)),
        continuity: link.continuity(),
      }
    },
    fill,
    async rotated(snapshot) {
      // On one connection, in this order: whoever hears of it and asks Redis finds the new snapshot.
      const filled = fill(snapshot, { replace: true })
      await Promise.all([filled, tell({ kind: 'rotated', sessionIds: [snapshot.id] })])
    },
    async revoke(sessions): Promise<MarkedOn> {
      const revoked = sessions.map(({ sessionId, reason }) => revokeOne(sessionId, reason))
      void tell({ kind: 'feed', sessionIds: sessions.map(({ sessionId }) => sessionId) })
      return await confirmedOn(revoked)
    },
    async forget(sessionIds): Promise<MarkedOn> {
      const deleted = sessionIds.map(sessionId =>
        attempt(redis => redis.del(keys.snapshot(sessionId)).then(() => true), false),
      )
      void tell({ kind: 'feed', sessionIds })
      return await confirmedOn(deleted)
    },
    hint() {
      void tell({ kind: 'feed', sessionIds: [] })
    },
  }

  async function tell(news: News): Promise<void> {
    await attempt(redis => redis.publish(newsChannel, newsText(news)), 0)
  }

  async function fill(snapshot: Snapshot, { replace }: { replace: boolean }): Promise<void> {
    const lifetimeMs = settings.snapshotLifetimeMs(snapshot.clientType)
    if (lifetimeMs <= 0) return
    const key = keys.snapshot(snapshot.id)
    const value = seal(secrets, key, JSON.stringify(snapshot))
    await attempt<unknown>(
      redis =>
        replace ? redis.set(key, value, 'PX', lifetimeMs) : redis.set(key, value, 'PX', lifetimeMs, 'NX'),
      null,
    )
  }

  /** The server that has confirmed all of it, if it was one and the same, unbroken, all the while. */
  async function confirmedOn(writes: readonly Promise<boolean>[]): Promise<MarkedOn> {
    const before = link.continuity()
    const confirmed = await Promise.all(writes)
    const isSameServer = before !== null && before === link.continuity()
    return isSameServer && confirmed.every(Boolean) ? before.runId : null
  }

  /** Not in one `MULTI`: when memory is short the `SET` fails, and would take the `DEL` with it. */
  function revokeOne(sessionId: string, reason: RevocationReason): Promise<boolean> {
    const key = keys.mark(sessionId)
    const value = seal(secrets, key, reason)
    const deleted = attempt(redis => redis.del(keys.snapshot(sessionId)).then(() => true), false)
    const marked = attempt(
      redis => redis.set(key, value, 'EX', settings.markLifetimeSeconds).then(() => true),
      false,
    )
    return Promise.all([deleted, marked]).then(results => results.every(Boolean))
  }
}

/** Running without Redis: every question goes to Postgres. */
export const noSessionCache: SessionCache = {
  read: async () => ({ kind: 'away' }),
  fill: async () => undefined,
  rotated: async () => undefined,
  revoke: async () => null,
  forget: async () => null,
  hint: () => undefined,
}

const macLength = 22

/** HMAC-SHA256, cut to 128 bits, over the key and the value: no value can be moved to another key. */
function mac(cacheMac: Buffer, key: string, body: string): string {
  return createHmac('sha256', cacheMac).update(`${key}\n${body}`).digest('base64url').slice(0, macLength)
}

function seal(secrets: SecretRing, key: string, body: string): string {
  return mac(secrets.minting().cacheMac, key, body) + body
}

/** The body, or null when there is none, or none that we have written. */
function open(secrets: SecretRing, key: string, value: string | null): string | null {
  if (value === null || value.length <= macLength) return null
  const given = Buffer.from(value.slice(0, macLength))
  const body = value.slice(macLength)
  const ours = secrets.all().some(({ cacheMac }) => {
    const expected = Buffer.from(mac(cacheMac, key, body))
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
  return ours ? body : null
}

/** The HMAC has shown that we wrote it, and its key derivation that it was this version of us. */
function parseSnapshot(body: string | null): Snapshot | null {
  if (body === null) return null
  const snapshot: Snapshot = JSON.parse(body)
  return snapshot
}

function parseReason(body: string | null): RevocationReason | null {
  return revocationReasons.find(reason => reason === body) ?? null
}
