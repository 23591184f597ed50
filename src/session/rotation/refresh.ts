import type { Instant } from '../../clock.ts'
import type { SessionContext } from '../context.ts'
import { hasContextChanged } from '../device/context-change.ts'
import { revokeSessions } from '../revocation/revoke.ts'
import type { Origin, SessionState, TokenPair } from '../session.ts'
import {
  parseRefreshToken,
  type RefreshToken,
  unknownSecret,
  unsealSuccessor,
} from '../token/refresh-token.ts'
import { createEndedSessions } from './ended-sessions.ts'
import { announceRotation, type Child, mintChild } from './issue.ts'
import { endReused, eventBy, recordOutdated } from './reuse.ts'
import { decideRotation, type Refusal, type RotationDecision } from './rotation.ts'

export type RefreshRequest = {
  origin: Origin
  /** Called before Postgres is asked about a token that is ours; what it throws is thrown. */
  beforeRead: () => void
  limit: RotationLimit
}

/** Counts rotations; a replay is none. */
export type RotationLimit = {
  /** Called before a token is spent; if it throws, the token is not spent. */
  take(sessionId: string): Promise<void>
  /** The rotation that was taken did not happen. */
  giveBack(sessionId: string): void
}

export type RefreshOutcome =
  | { kind: 'tokens'; sessionId: string; tokens: TokenPair }
  /** Spent while this request waited, or others were faster every time; nothing was changed. */
  | { kind: 'late' }
  | { kind: 'reused' }
  /** `sessionId`: whose token it is; null for a token that was never ours. `wasRead`: it took a read of Postgres. */
  | { kind: 'refused'; because: Refusal; sessionId: string | null; wasRead: boolean }

/** A compare-and-set that somebody else won is decided again this many times. */
const attempts = 3

/**
 * One child a token: reads the row, decides, and lets one compare-and-set settle who was first. Whoever was not gets
 * the very pair that the first one got. Throws `store_unavailable` when Postgres does not answer: the outcome is
 * unknown then, and the honest retry works.
 */
export function createRefresh(context: SessionContext) {
  const { settings, clock, continuity, store, cache, secrets } = context
  const { denySet, observer, refreshes } = context
  /** Rotations under way in this instance: those who wait for one need not mint and sign a child of their own. */
  const rotating = new Map<string, Promise<unknown>>()
  const ended = createEndedSessions()

  return async function refresh(text: string, request: RefreshRequest): Promise<RefreshOutcome> {
    const arrival = { at: clock.now(), monotonic: clock.monotonic() }
    const parsed = parseRefreshToken(secrets, text)
    if (parsed.kind === 'invalid') {
      return { kind: 'refused', because: { kind: 'not_ours' }, sessionId: null, wasRead: false }
    }
    if (parsed.kind === 'unknown_key') throw unknownSecret()
    const { token } = parsed
    const end = ended.read(token.sessionId)
    if (end !== null) {
      observer.rotated('refuse')
      return { kind: 'refused', because: end, sessionId: token.sessionId, wasRead: false }
    }
    request.beforeRead()

    for (let attempt = 0; attempt < attempts; attempt++) {
      await rotating.get(token.sessionId)?.catch(() => undefined)
      const state = await store.find(token.sessionId)
      const decision = decide(token, state, arrival)
      const outcome =
        state === null ? answerWithoutRow(token, decision) : await act(token, state, decision, request)
      if (outcome === null) continue
      observer.rotated(decision.kind)
      return outcome
    }
    observer.rotated('late')
    return { kind: 'late' }
  }

  function refused(sessionId: string, because: Refusal): RefreshOutcome {
    if (because.kind === 'revoked') ended.remember(sessionId, because)
    return { kind: 'refused', because, sessionId, wasRead: true }
  }

  function answerWithoutRow({ sessionId }: RefreshToken, decision: RotationDecision): RefreshOutcome {
    return refused(sessionId, decision.kind === 'refuse' ? decision.because : { kind: 'session_expired' })
  }

  function decide(
    token: RefreshToken,
    state: SessionState | null,
    arrival: { at: Instant; monotonic: number },
  ): RotationDecision {
    const now = state?.readAt ?? clock.now()
    // Two ways to know the earliest moment of the arrival; the better one keeps a thief from being called late.
    const elapsedMs = clock.monotonic() - arrival.monotonic
    return decideRotation(token, state, {
      now,
      arrivedAt: Math.max(arrival.at, now - elapsedMs),
      graceSeconds: settings.rotationGraceSeconds,
      policy: state === null ? undefined : settings.policies.get(state.clientType),
      downtime: continuity.downtime,
    })
  }

  /** Null: the row is no longer what the decision was made for. */
  async function act(
    token: RefreshToken,
    state: SessionState,
    decision: RotationDecision,
    request: RefreshRequest,
  ): Promise<RefreshOutcome | null> {
    const outcome = await carryOut(token, state, decision, request)
    if (outcome?.kind === 'tokens') await noteContext(state, request.origin)
    return outcome
  }

  async function carryOut(
    token: RefreshToken,
    state: SessionState,
    decision: RotationDecision,
    { origin, limit }: RefreshRequest,
  ): Promise<RefreshOutcome | null> {
    const once = (compareAndSet: (child: Child) => Promise<Instant | null>) =>
      rotateOnce(state.id, () => counted(state.id, limit, () => rotate(token, state, compareAndSet)))
    switch (decision.kind) {
      case 'rotate':
        return await once(child => store.rotate(child.rotation))
      case 'ahead':
        return (await refuseIfMarked(state)) ?? (await once(child => goOn(token, state, child)))
      case 'replay':
        return replay(token, state, decision.sealed)
      case 'reuse':
        continuity.requireKnown(clock.monotonic())
        return await endReused(context, token, state, origin)
      case 'outdated':
        await recordOutdated(context, token, state, origin)
        return refused(state.id, { kind: 'not_ours' })
      case 'late':
        return { kind: 'late' }
      case 'refuse':
        if (decision.because.kind === 'session_expired') continuity.requireKnown(clock.monotonic())
        return refused(state.id, decision.because)
    }
  }

  /** What fails, or loses to another, has rotated nothing, and must not use the limit up. */
  async function counted(
    sessionId: string,
    limit: RotationLimit,
    rotation: () => Promise<RefreshOutcome | null>,
  ): Promise<RefreshOutcome | null> {
    await limit.take(sessionId)
    let hasRotated = false
    try {
      const outcome = await rotation()
      hasRotated = outcome?.kind === 'tokens'
      return outcome
    } finally {
      if (!hasRotated) limit.giveBack(sessionId)
    }
  }

  async function rotateOnce(
    sessionId: string,
    rotation: () => Promise<RefreshOutcome | null>,
  ): Promise<RefreshOutcome | null> {
    if (rotating.has(sessionId)) return null
    const running = rotation()
    rotating.set(sessionId, running)
    try {
      return await running
    } finally {
      rotating.delete(sessionId)
    }
  }

  async function rotate(
    token: RefreshToken,
    state: SessionState,
    compareAndSet: (child: Child) => Promise<Instant | null>,
  ): Promise<RefreshOutcome | null> {
    const policy = settings.policies.get(state.clientType)
    if (policy === undefined || state.user === null) return refused(state.id, { kind: 'session_expired' })
    const child = mintChild(context, state, token, policy, state.readAt)
    const rotatedAt = await compareAndSet(child)
    if (rotatedAt === null) return null
    refreshes.note()
    await announceRotation(context, state, child, rotatedAt)
    return { kind: 'tokens', sessionId: state.id, tokens: child.pair }
  }

  function replay(token: RefreshToken, state: SessionState, sealed: Buffer): RefreshOutcome {
    const unsealed = unsealSuccessor(secrets, token, sealed, state.rotation)
    if (unsealed.kind === 'unknown_key') throw unknownSecret()
    if (unsealed.kind === 'broken') throw new Error(`the successor of session ${state.id} does not open`)
    return { kind: 'tokens', sessionId: state.id, tokens: unsealed.pair }
  }

  /** What was revoked before the database lost commits is revoked again. */
  async function refuseIfMarked(state: SessionState): Promise<RefreshOutcome | null> {
    const reading = await cache.read(state.id)
    const reason = denySet.reasonFor(state) ?? (reading.kind === 'read' ? reading.revoked : null)
    if (reason === null) return null
    const by = { reason, actor: 'system', origin: { ipAddress: null, userAgent: null } }
    await revokeSessions(context, { userId: state.userId, sessionIds: [state.id] }, by)
    return refused(state.id, { kind: 'revoked', reason })
  }

  function goOn(token: RefreshToken, state: SessionState, child: Child): Promise<Instant | null> {
    return store.transaction(async tx => {
      const rotatedAt = await tx.rotate(child.rotation)
      if (rotatedAt === null) return null
      await tx.record([
        {
          ...eventBy(state),
          type: 'database_rewound',
          details: { fromGeneration: state.rotation, presentedGeneration: token.generation },
        },
      ])
      return rotatedAt
    })
  }

  /**
   * A hint for the owner and for operators; nobody is signed out by it. If it cannot be written the refresh fails, and
   * the honest retry, which gets the same pair, writes it.
   */
  async function noteContext(state: SessionState, origin: Origin): Promise<void> {
    if (state.contextChangedAt !== null || !hasContextChanged(state, origin)) return
    const { ipAddress, userAgent } = state
    await store.transaction(async tx => {
      if (!(await tx.markContextChanged(state.id))) return
      const details = { signedInFrom: { ipAddress, userAgent } }
      await tx.record([{ ...eventBy(state), origin, type: 'session_context_changed', details }])
    })
  }
}
