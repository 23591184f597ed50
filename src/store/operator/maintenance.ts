import type { Clock, Instant } from '../../clock.ts'
import type { Before } from '../../session/policy.ts'
import type { DoneBy } from '../../session/session.ts'
import type { SecretRing } from '../../session/token/secrets.ts'
import { generateSigningKey } from '../../session/token/signing-key.ts'
import type { Database } from '../postgres/database.ts'
import type { IdleLimits } from '../session/counts.ts'
import { insertEvents } from '../session/events.ts'
import {
  hastenNextSigningKey,
  listSigningKeys,
  revokeSigningKey,
  rotateSigningKey,
} from '../session/signing-keys.ts'
import { type CleanupResult, cleanUp, readBehindSeconds } from './cleanup.ts'

export type MaintenanceSettings = {
  eventsRetentionDays: number
  rotationGraceSeconds: number
  longestAccessTokenSeconds: number
  longestSessionSeconds: number
  /** The maximum lifetime of a snapshot, plus a minute. */
  windowSeconds: number
  idleLimits: IdleLimits
}

/** A new key is published this long before it signs: caches of the JWKS live for five minutes. */
const publishedBeforeUseSeconds = 600

/** In an emergency: as long as instances need to read of a key. Until then a 503, rather than a 401 from those that
 * have not read of it yet. */
export const emergencyPublishedBeforeUseSeconds = 2

/**
 * Outages do not count, but those that one instance alone has had are known to no other: a client that was cut off
 * together with it for up to an hour still finds the successor that it has not received.
 */
const successorMarginSeconds = 3_600

/** Called with the result of each run, for metrics. Must not throw. */
export type CleanupObserver = {
  cleaned(result: CleanupResult & { tookMs: number }): void
  failed(): void
}

type CleanupOptions = {
  progress?: (deleted: { sessions: number; events: number }) => void
  signal?: AbortSignal
}

export type Maintenance = ReturnType<typeof createMaintenance>

/** Maintenance by operators and jobs. */
export function createMaintenance(
  parts: {
    database: Database
    clock: Clock
    before: Before
    secrets: SecretRing
    observer: CleanupObserver
  },
  settings: MaintenanceSettings,
) {
  const { database, clock, before, secrets, observer } = parts

  return {
    /** Deletes ended data; see `cleanUp`. Records an event if it deleted anything. */
    async cleanUp(by: DoneBy, options: CleanupOptions = {}): Promise<CleanupResult & { tookMs: number }> {
      try {
        const result = await deleteEnded(by, options)
        observer.cleaned(result)
        return result
      } catch (error) {
        observer.failed()
        throw error
      }
    },

    /** How long the oldest session that cleanup should delete has been due, in seconds; 0 if there is none. */
    behindSeconds: () => database.run(readBehindSeconds),

    listSigningKeys: () => database.run(listSigningKeys),

    /** Publishes the next signing key well before it signs; the others end after their last token has expired. */
    async rotateSigningKey(by: DoneBy): Promise<{ kid: string; signsFrom: Instant }> {
      const signsFrom = clock.now() + publishedBeforeUseSeconds * 1000
      const key = generateSigningKey(secrets.minting(), signsFrom)
      await database.transaction(async executor => {
        await rotateSigningKey(executor, key, lastTokenEnds(signsFrom))
        await insertEvents(executor, [keyEvent('key_rotated', key.kid, by)])
      })
      return { kid: key.kid, signsFrom }
    },

    /** Ends a key immediately, for emergencies; another one signs two seconds later. False if there is no such key. */
    async revokeSigningKey(kid: string, by: DoneBy): Promise<boolean> {
      const signsFrom = clock.now() + emergencyPublishedBeforeUseSeconds * 1000
      return await database.transaction(async executor => {
        if (!(await revokeSigningKey(executor, kid))) return false
        await insertEvents(executor, [keyEvent('key_revoked', kid, by)])
        if (await hastenNextSigningKey(executor, signsFrom)) return true
        const replacement = generateSigningKey(secrets.minting(), signsFrom)
        await rotateSigningKey(executor, replacement, lastTokenEnds(signsFrom))
        await insertEvents(executor, [keyEvent('key_rotated', replacement.kid, by)])
        return true
      })
    },
  }

  async function deleteEnded(
    by: DoneBy,
    options: CleanupOptions,
  ): Promise<CleanupResult & { tookMs: number }> {
    const started = clock.monotonic()
    const result = await cleanUp(
      database,
      {
        batchSize: 1_000,
        pauseMs: 20,
        eventsRetentionDays: settings.eventsRetentionDays,
        successorsOlderThan: before(
          clock.now(),
          (settings.rotationGraceSeconds + successorMarginSeconds) * 1000,
        ),
        longestSessionSeconds: settings.longestSessionSeconds,
        windowSeconds: settings.windowSeconds,
        idleLimits: settings.idleLimits,
      },
      options.progress ?? (() => undefined),
      options.signal ?? new AbortController().signal,
    )
    const tookMs = Math.round(clock.monotonic() - started)
    if (result.kind === 'done' && result.deletedSessions + result.deletedEvents > 0) {
      const { deletedSessions, deletedEvents } = result
      const details = { deletedSessions, deletedEvents, tookMs }
      await database.run(executor =>
        insertEvents(executor, [{ ...by, type: 'cleanup_ran', userId: null, sessionId: null, details }]),
      )
    }
    return { ...result, tookMs }
  }

  /** A minute for instances that have not yet read the next key. */
  function lastTokenEnds(lastSigned: Instant): Instant {
    return lastSigned + (settings.longestAccessTokenSeconds + 60) * 1000
  }

  function keyEvent(type: 'key_rotated' | 'key_revoked', kid: string, by: DoneBy) {
    return { ...by, type, userId: null, sessionId: null, details: { kid } } as const
  }
}
