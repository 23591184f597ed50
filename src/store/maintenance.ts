import { v7 as uuid } from 'uuid'
import type { Clock, Instant } from '../clock.ts'
import type { MarkedOn, SessionCache } from '../session/ports.ts'
import type { Propagation } from '../session/propagation.ts'
import type { SecretRing } from '../session/secrets.ts'
import type { Actor } from '../session/session.ts'
import { generateSigningKey } from '../session/signing-key.ts'
import { type CleanupResult, cleanUp } from './cleanup.ts'
import { insertCutoff } from './cutoffs.ts'
import type { Database } from './database.ts'
import { insertEvents } from './events.ts'
import { markCutOffSessions } from './revocations.ts'
import type { CutoffScope } from './schema.ts'
import { hastenNextSigningKey, listSigningKeys, revokeSigningKey, rotateSigningKey } from './signing-keys.ts'

export type MaintenanceSettings = {
  eventsRetentionDays: number
  rotationGraceSeconds: number
  longestAccessTokenSeconds: number
  longestSessionSeconds: number
  /** The longest that a snapshot may live, and a minute. */
  windowSeconds: number
}

/** A new key is published this long before it signs: caches of the JWKS live for five minutes. */
const publishedBeforeUseSeconds = 600

/** In an emergency: as long as instances need to read of a key. Until then a 503, rather than a 401 from those that
 * have not read of it yet. */
export const emergencyPublishedBeforeUseSeconds = 2

/** A client that was cut off for up to an hour still finds the successor that it has not received. */
const successorMarginSeconds = 3_600

export type Maintenance = ReturnType<typeof createMaintenance>

/** What operators and jobs do beside the sessions of single people. */
export function createMaintenance(
  parts: {
    database: Database
    clock: Clock
    cache: SessionCache
    propagation: Propagation
    secrets: SecretRing
  },
  settings: MaintenanceSettings,
) {
  const { database, clock, cache, propagation, secrets } = parts
  const origin = { ipAddress: null, userAgent: null }

  return {
    /** Deletes what has ended; see `cleanUp`. Records that it ran when it deleted anything. */
    async cleanUp(
      actor: Actor,
      options: {
        progress?: (deleted: { sessions: number; events: number }) => void
        signal?: AbortSignal
      } = {},
    ): Promise<CleanupResult & { tookMs: number }> {
      const started = clock.monotonic()
      const result = await cleanUp(
        database,
        {
          batchSize: 1_000,
          pauseMs: 20,
          eventsRetentionDays: settings.eventsRetentionDays,
          successorRetentionSeconds: settings.rotationGraceSeconds + successorMarginSeconds,
          longestSessionSeconds: settings.longestSessionSeconds,
          windowSeconds: settings.windowSeconds,
        },
        options.progress ?? (() => undefined),
        options.signal ?? new AbortController().signal,
      )
      const tookMs = Math.round(clock.monotonic() - started)
      if (result.kind === 'done' && result.deletedSessions + result.deletedEvents > 0) {
        const { deletedSessions, deletedEvents } = result
        const details = { deletedSessions, deletedEvents, tookMs }
        await database.run(executor =>
          insertEvents(executor, [
            { type: 'cleanup_ran', userId: null, sessionId: null, actor, origin, details },
          ]),
        )
      }
      return { ...result, tookMs }
    },

    /**
     * Revokes every session that the scope covers. It holds from the moment that the fact is committed; the rows are
     * marked behind it, page by page. Returns how many rows were marked.
     */
    async revokeMany(
      cutoff: {
        scope: CutoffScope
        subject: string | null
        issuedBefore: Instant | null
        reason: string
        actor: Actor
      },
      progress: (marked: number) => void = () => undefined,
    ): Promise<{ id: string; revoked: number }> {
      const id = uuid()
      const fact = await database.transaction(async executor => {
        const { issuedBefore, xid } = await insertCutoff(executor, { id, ...cutoff })
        const details = {
          scope: cutoff.scope,
          subject: cutoff.subject,
          issuedBefore: new Date(issuedBefore).toISOString(),
          reason: cutoff.reason,
        }
        await insertEvents(executor, [
          { type: 'bulk_revocation', userId: null, sessionId: null, actor: cutoff.actor, origin, details },
        ])
        return { issuedBefore, xid }
      })
      let revoked = 0
      await propagation.confirmCutoff(
        { ...cutoff, id, issuedBefore: fact.issuedBefore },
        fact.xid,
        async () => {
          const markedOn = new Set<MarkedOn>()
          for await (const ids of markCutOffSessions(database, cutoff)) {
            markedOn.add(await cache.revoke(ids.map(sessionId => ({ sessionId, reason: 'bulk' as const }))))
            revoked += ids.length
            progress(revoked)
          }
          const [server = null, ...others] = markedOn
          return others.length === 0 ? server : null
        },
      )
      return { id, revoked }
    },

    listSigningKeys: () => database.run(listSigningKeys),

    /** Publishes the next signing key well before it signs; the others end after their last token has. */
    async rotateSigningKey(actor: Actor): Promise<{ kid: string; signsFrom: Instant }> {
      const signsFrom = clock.now() + publishedBeforeUseSeconds * 1000
      const key = generateSigningKey(secrets.minting(), signsFrom)
      await database.transaction(async executor => {
        await rotateSigningKey(executor, key, lastTokenEnds(signsFrom))
        await insertEvents(executor, [keyEvent('key_rotated', key.kid, actor)])
      })
      return { kid: key.kid, signsFrom }
    },

    /** Ends a key at once, for an emergency; another one signs two seconds later. False when there is no such key. */
    async revokeSigningKey(kid: string, actor: Actor): Promise<boolean> {
      const signsFrom = clock.now() + emergencyPublishedBeforeUseSeconds * 1000
      return await database.transaction(async executor => {
        if (!(await revokeSigningKey(executor, kid))) return false
        await insertEvents(executor, [keyEvent('key_revoked', kid, actor)])
        if (await hastenNextSigningKey(executor, signsFrom)) return true
        const replacement = generateSigningKey(secrets.minting(), signsFrom)
        await rotateSigningKey(executor, replacement, lastTokenEnds(signsFrom))
        await insertEvents(executor, [keyEvent('key_rotated', replacement.kid, actor)])
        return true
      })
    },
  }

  /** A minute for instances that have not yet read of the next key. */
  function lastTokenEnds(lastSigned: Instant): Instant {
    return lastSigned + (settings.longestAccessTokenSeconds + 60) * 1000
  }

  function keyEvent(type: 'key_rotated' | 'key_revoked', kid: string, actor: Actor) {
    return { type, userId: null, sessionId: null, actor, origin, details: { kid } } as const
  }
}
