import type { SessionContext } from '../context.ts'
import type { SecurityEvent } from '../events.ts'
import { revokeInTransaction } from '../revocation/revoke.ts'
import type { Origin, SessionState } from '../session.ts'
import type { RefreshToken } from '../token/refresh-token.ts'

/** Ends this one session, not the owner's others; the answer goes out after the commit. */
export async function endReused(
  { store, propagation }: SessionContext,
  token: RefreshToken,
  state: SessionState,
  origin: Origin,
): Promise<{ kind: 'reused' }> {
  const target = { userId: state.userId, sessionIds: [state.id] }
  const by = { reason: 'refresh_reused', actor: 'system', origin } as const
  const revoked = await store.transaction(async tx => {
    const ended = await revokeInTransaction(tx, target, by)
    if (ended.some(session => session.isNew)) await tx.record([reuseEvent(token, state, origin, 'ended')])
    return ended
  })
  await propagation.announce(revoked)
  return { kind: 'reused' }
}

/**
 * A token of before a password change gives no access, so its return does not end the session that goes on. It is
 * recorded once for each change of the password: the token's holder cannot fill the log with it.
 */
export async function recordOutdated(
  { store }: SessionContext,
  token: RefreshToken,
  state: SessionState,
  origin: Origin,
): Promise<void> {
  if (state.formerTokenSeenAt !== null) return
  await store.transaction(async tx => {
    if (await tx.noteFormerToken(state.id)) await tx.record([reuseEvent(token, state, origin, 'goes_on')])
  })
}

export function eventBy(state: SessionState) {
  return {
    userId: state.userId,
    sessionId: state.id,
    actor: 'system',
    origin: { ipAddress: state.ipAddress, userAgent: state.userAgent },
  }
}

/** With both devices' facts: the one that signed in, and the one that came with the spent token. */
function reuseEvent(
  token: RefreshToken,
  state: SessionState,
  origin: Origin,
  session: 'ended' | 'goes_on',
): SecurityEvent {
  return {
    ...eventBy(state),
    origin,
    type: 'refresh_reused',
    details: {
      presentedGeneration: token.generation,
      currentGeneration: state.rotation,
      session,
      signedInFrom: { ipAddress: state.ipAddress, userAgent: state.userAgent },
    },
  }
}
