import QuickLRU from 'quick-lru'
import type { Instant } from '../../clock.ts'
import type { SessionContext } from '../context.ts'
import type { VerifySource } from '../observer.ts'
import { checkSession, isInGrace } from '../policy.ts'
import type { CacheReading } from '../ports.ts'
import type { RevocationReason, SessionState, Snapshot } from '../session.ts'
import type { AccessClaims, PeekedToken } from '../token/access-token.ts'
import { shareReads } from './shared-reads.ts'
import { snapshotLifetimeMs, snapshotOf, snapshotThatServes } from './snapshot.ts'

/** Proves the token's signature, spelling, `iss` and `aud` against the key ring; null when it does not hold. */
export type ProveToken = () => Promise<AccessClaims | null>

export type SignedIn = {
  sessionId: string
  userId: string
  roles: readonly string[]
  clientType: string
  accessExpiresAt: number
}

/** `sessionId`: whose the token is, once its signature has been proven; null for whoever brings what is not ours. */
export type VerifyOutcome =
  | { kind: 'signed_in'; session: SignedIn }
  | (VerifyRefusal & { sessionId: string | null })

export type VerifyRefusal =
  | { kind: 'token_invalid' }
  | { kind: 'token_expired' }
  | { kind: 'session_revoked'; reason: RevocationReason }
  | { kind: 'session_expired' }

/** By their hashes, about 270 bytes each, or up to twice as many. Those proven first are forgotten first. */
const provenTokensKept = 50_000

/**
 * "Is this request signed in?", asked on every request. A hit in this instance's memory costs no round trip, one in
 * Redis costs one; a miss a signature check and a read by primary key. Garbage costs no I/O. Throws only `store_unavailable` and
 * `overloaded`: not knowing is never a no.
 */
export function createVerify(context: SessionContext) {
  const { settings, clock, continuity, store, cache, nearCache, accessTokens, activity } = context
  const { denySet, lease, observer } = context
  const { policies, cacheTtlSeconds, rotationGraceSeconds } = settings
  const readState = shareReads(store.find)
  /**
   * Ours, by their signature or because a session has their hash. Checking a signature takes 100 µs, as long as all the
   * rest, and reading the claims 2.5; that the key is still in the ring is asked each time.
   */
  const provenTokens = new QuickLRU<string, PeekedToken>({ maxSize: provenTokensKept })

  const lifetimeMs = (clientType: string) => snapshotLifetimeMs(policies, clientType, cacheTtlSeconds)
  const graceStillRuns = (rotatedAt: number) =>
    isInGrace(rotatedAt, clock.now(), rotationGraceSeconds, continuity.downtime)

  return function verify(text: string, prove: ProveToken): VerifyOutcome | Promise<VerifyOutcome> {
    const askedAt = clock.now()
    const hash = accessTokens.hashOf(text, askedAt)
    if (hash === null) return notOurs()
    const near = nearCache.read(hash, askedAt)
    const snapshot = near === null ? null : trustedSnapshot(near.reading, near.token, askedAt)
    if (near !== null && snapshot !== null) return sayYes('near', near.token, snapshot, askedAt)
    // Read in place and kept once: moving it at each use costs 3 % of the throughput (docs/internals/performance.md).
    const token = provenTokens.peek(hash) ?? accessTokens.peek(text, hash)
    return token === null ? notOurs() : verifyByCache(token, askedAt, prove)
  }

  async function verifyByCache(
    token: PeekedToken,
    askedAt: Instant,
    prove: ProveToken,
  ): Promise<VerifyOutcome> {
    const reading = await cache.read(token.sessionId)
    // From here to the answer in one synchronous step: nothing can be revoked in between.
    const now = clock.now()
    const snapshot = trustedSnapshot(reading, token, now)
    if (snapshot === null) return await verifyWithoutCache(token, askedAt, reading, prove)
    nearCache.keep(token, snapshot, askedAt)
    if (!provenTokens.has(token.hash)) provenTokens.set(token.hash, token)
    return sayYes('redis', token, snapshot, now)
  }

  function sayYes(
    source: VerifySource,
    token: Pick<PeekedToken, 'expiresAt'>,
    session: Snapshot,
    now: Instant,
  ): VerifyOutcome {
    const { id, clientType, userId, roles, lastActivityAt } = session
    const policy = policies.get(clientType)
    if (policy !== undefined) activity.note(id, lastActivityAt, now, policy)
    const signedIn = { sessionId: id, userId, roles, clientType, accessExpiresAt: token.expiresAt }
    return answer(source, { kind: 'signed_in', session: signedIn })
  }

  function notOurs(): VerifyOutcome {
    return answer('token', { kind: 'token_invalid', sessionId: null })
  }

  function answer(source: VerifySource, outcome: VerifyOutcome): VerifyOutcome {
    observer.verified(source, outcome.kind)
    return outcome
  }

  function trustedSnapshot(
    reading: CacheReading,
    token: Pick<PeekedToken, 'hash' | 'expiresAt'>,
    now: Instant,
  ): Snapshot | null {
    const snapshot = snapshotThatServes(reading, token, { now, lifetimeMs, graceStillRuns })
    if (snapshot === null || reading.kind === 'away') return null
    if (denySet.reasonFor(snapshot) !== null || denySet.isOutdated(snapshot)) return null
    return lease.holds(clock.monotonic(), reading.continuity) ? snapshot : null
  }

  async function verifyWithoutCache(
    token: PeekedToken,
    askedAt: Instant,
    reading: CacheReading,
    prove: ProveToken,
  ): Promise<VerifyOutcome> {
    if (!(await isProven(token, prove))) return notOurs()
    const { sessionId } = token
    if (clock.now() >= token.expiresAt) return answer('token', { kind: 'token_expired', sessionId })
    const known = knownRevocation(token, reading)
    if (known !== null) return answer('redis', { kind: 'session_revoked', reason: known, sessionId })

    const state = await readState(token.sessionId)
    const refusal = judge(state, token)
    if (state?.user == null || refusal !== null) {
      return answer('postgres', { ...(refusal ?? { kind: 'session_expired' }), sessionId })
    }

    const snapshot = snapshotOf(state, state.user.roles)
    nearCache.keep(token, snapshot, askedAt)
    // Not awaited: the answer is known, and a cache that is away must not hold it up.
    if (reading.kind === 'read') void cache.fill(snapshot, { replace: reading.occupied })
    return sayYes('postgres', token, snapshot, clock.now())
  }

  /** Without a cache every question comes here, most of them about a token that was asked about before. */
  async function isProven(token: PeekedToken, prove: ProveToken): Promise<boolean> {
    if (provenTokens.has(token.hash)) return true
    if ((await prove()) === null) return false
    provenTokens.set(token.hash, token)
    return true
  }

  function knownRevocation(token: PeekedToken, reading: CacheReading): RevocationReason | null {
    return denySet.reasonForId(token.sessionId) ?? (reading.kind === 'read' ? reading.revoked : null)
  }

  /** Null: nothing speaks against it. */
  function judge(state: SessionState | null, token: PeekedToken): VerifyRefusal | null {
    // It was signed by us, and its row is gone: the session had ended, and was cleaned up.
    if (state === null) return { kind: 'session_expired' }
    const denied = denySet.reasonFor(state)
    if (denied !== null) return { kind: 'session_revoked', reason: denied }
    const verdict = checkSession(state, policies.get(state.clientType), state.readAt, continuity.downtime)
    if (verdict.kind === 'revoked') return { kind: 'session_revoked', reason: verdict.reason }
    if (verdict.kind === 'expired') {
      continuity.requireKnown(clock.monotonic())
      return { kind: 'session_expired' }
    }
    return isCurrent(state, token) ? null : { kind: 'token_invalid' }
  }

  function isCurrent(state: SessionState, token: PeekedToken): boolean {
    if (token.hash === state.accessTokenHash.toString('base64')) return true
    return token.hash === state.previousAccessTokenHash?.toString('base64') && graceStillRuns(state.rotatedAt)
  }
}
