import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Instant } from '../../clock.ts'
import type { MarkedOn, SessionCache } from '../../session/ports.ts'
import { type RevocationReason, revocationReasons, type Snapshot } from '../../session/session.ts'
import type { SecretKeys, SecretRing } from '../../session/token/secrets.ts'
import { gather } from '../gather.ts'
import type { RedisLink } from '../redis/link.ts'
import type { RedisClient } from '../redis/redis.ts'
import { parseSnapshot, snapshotText } from './snapshot-text.ts'

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
  const readValues = gather((take: () => readonly string[]) => mget(take()))
  const tellRotated = gather(async (take: () => readonly string[]) => {
    const sessionIds = take()
    await tell({ kind: 'rotated', sessionIds })
    return sessionIds
  })

  /** A Redis that cannot be asked is an answer; the link knows, and tells, how it is doing. */
  async function attempt<T>(command: (redis: RedisClient) => Promise<T>, otherwise: T): Promise<T> {
    return await link.ask(command).catch(() => otherwise)
  }

  return {
    async read(sessionId) {
      const values = await (link.isCluster ? mgetOne(sessionId) : readValues(sessionId))
      if (values === undefined) return { kind: 'away' }
      const body = open(secrets.trusted(), keys.snapshot(sessionId), values.snapshot)
      // A mark only says no: one by a leaked secret counts too, for it may be by an instance that has no other yet.
      const mark = open(secrets.all(), keys.mark(sessionId), values.mark)
      return {
        kind: 'read',
        occupied: values.snapshot !== null,
        snapshot: body === null ? null : parseSnapshot(sessionId, body),
        revoked: mark === null ? null : parseReason(mark),
        changedAt: mark === null ? null : parseChange(mark),
        continuity: link.continuity(),
      }
    },
    fill,
    async rotated(snapshot) {
      // On one connection, in this order: whoever hears of it and asks Redis finds the new snapshot.
      const filled = fill(snapshot, { replace: true })
      await Promise.all([filled, tellRotated(snapshot.id)])
    },
    async revoke(sessions): Promise<MarkedOn> {
      const revoked = sessions.map(({ sessionId, reason }) => revokeOne(sessionId, reason))
      void tell({ kind: 'feed', sessionIds: sessions.map(({ sessionId }) => sessionId) })
      return await confirmedOn(revoked)
    },
    async markChanged(sessionIds, changedAt): Promise<MarkedOn> {
      const marked = sessionIds.map(sessionId => markOneChanged(sessionId, changedAt))
      void tell({ kind: 'feed', sessionIds })
      return await confirmedOn(marked)
    },
    hint() {
      void tell({ kind: 'feed', sessionIds: [] })
    },
  }

  /** In the order of the sessions; none when Redis is away. */
  async function mget(sessionIds: readonly string[]): Promise<readonly Values[]> {
    const found = await attempt(redis => redis.mget(sessionIds.flatMap(keysOf)), [])
    const values: Values[] = []
    for (let at = 0; at < found.length; at += 2) {
      values.push({ snapshot: found[at] ?? null, mark: found[at + 1] ?? null })
    }
    return values
  }

  /** In a Cluster a command may only name keys of one slot. */
  async function mgetOne(sessionId: string): Promise<Values | undefined> {
    const [values] = await mget([sessionId])
    return values
  }

  async function tell(news: News): Promise<void> {
    await attempt(redis => redis.publish(newsChannel, newsText(news)), 0)
  }

  async function fill(snapshot: Snapshot, { replace }: { replace: boolean }): Promise<void> {
    const lifetimeMs = settings.snapshotLifetimeMs(snapshot.clientType)
    if (lifetimeMs <= 0) return
    const key = keys.snapshot(snapshot.id)
    const value = seal(secrets, key, snapshotText(snapshot))
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
    return deleteAnd(sessionId, redis => redis.set(key, value, 'EX', settings.markLifetimeSeconds))
  }

  function markOneChanged(sessionId: string, changedAt: Instant): Promise<boolean> {
    const key = keys.mark(sessionId)
    const value = seal(secrets, key, changeText(changedAt))
    return deleteAnd(sessionId, redis =>
      redis.markChange(key, value, changedAt, settings.markLifetimeSeconds),
    )
  }

  /** Whether Redis has confirmed both. */
  async function deleteAnd(
    sessionId: string,
    mark: (redis: RedisClient) => Promise<unknown>,
  ): Promise<boolean> {
    const confirmed = await Promise.all([
      attempt(redis => redis.del(keys.snapshot(sessionId)).then(() => true), false),
      attempt(redis => mark(redis).then(() => true), false),
    ])
    return confirmed.every(Boolean)
  }
}

/** What stands under a session's two keys. */
type Values = { snapshot: string | null; mark: string | null }

function keysOf(sessionId: string): string[] {
  return [keys.snapshot(sessionId), keys.mark(sessionId)]
}

/** Running without Redis: every question goes to Postgres. */
export const noSessionCache: SessionCache = {
  read: async () => ({ kind: 'away' }),
  fill: async () => undefined,
  rotated: async () => undefined,
  revoke: async () => null,
  markChanged: async () => null,
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
function open(accepted: readonly SecretKeys[], key: string, value: string | null): string | null {
  if (value === null || value.length <= macLength) return null
  const given = Buffer.from(value.slice(0, macLength))
  const body = value.slice(macLength)
  const ours = accepted.some(({ cacheMac }) => {
    const expected = Buffer.from(mac(cacheMac, key, body))
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
  return ours ? body : null
}

function parseReason(mark: string): RevocationReason | null {
  return revocationReasons.find(reason => reason === mark) ?? null
}

const change = 'changed '

/** The script that writes it reads the number, too. */
function changeText(changedAt: Instant): string {
  return change + changedAt
}

function parseChange(mark: string): Instant | null {
  return mark.startsWith(change) ? Number(mark.slice(change.length)) : null
}
