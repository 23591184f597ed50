import type { DatabaseFacts } from './facts.ts'
import { groupedBy } from './grouping.ts'
import { type Operation, succeeded } from './history.ts'

/** Why a session may have ended, or must have. */
export type Ending = {
  by: Operation | 'eviction'
  /** From here on it may be over: the request that ends it has begun. */
  from: number
  /** From here on it is over for everybody, for it was answered; null: the outcome is unknown. */
  final: number | null
}

export type Endings = ReadonlyMap<string, readonly Ending[]>

/** An eviction and the 401 of a detected reuse promise it within this time. */
const promisedWithinMs = 1_000

/** For each session, all that ended it or could have. */
export function endingsOf(operations: readonly Operation[], facts: DatabaseFacts): Endings {
  const signIns = new Map(
    operations.filter(({ op }) => op === 'sign_in').map(signIn => [signIn.session, signIn] as const),
  )
  const sessionsOf = groupedBy(signIns.values(), ({ user }) => user)
  const named = operations.flatMap(operation => endedBy(operation, sessionsOf.get(operation.user) ?? []))
  const evicted = facts.events.flatMap(event => evictedBy(event.evicted, signIns.get(event.session)))
  const grouped = groupedBy([...named, ...evicted], ({ session }) => session)
  return new Map([...grouped].map(([session, entries]) => [session, entries.map(({ ending }) => ending)]))
}

type Entry = { session: string; ending: Ending }

function endedBy(operation: Operation, signIns: readonly Operation[]): Entry[] {
  const { op, session, target, start: from } = operation
  const final = succeeded(operation) ? operation.end : null
  switch (op) {
    case 'revoke':
      return entry(target, { by: operation, from, final })
    case 'logout':
      return entry(session, { by: operation, from, final })
    case 'others':
    case 'password':
      return signIns
        .filter(signIn => signIn.session !== session && signIn.start < operation.end)
        .flatMap(signIn =>
          // One that was under way at the same time may have come before it or after it.
          entry(signIn.session, { by: operation, from, final: signIn.end < from ? final : null }),
        )
    case 'refresh': {
      // Refused for another reason, such as a family that a password change has replaced, it ends nothing.
      const found = operation.code === 'refresh_token_reused' ? operation.end + promisedWithinMs : null
      return operation.stale ? entry(session, { by: operation, from, final: found }) : []
    }
    case 'sign_in':
    case 'verify':
    case 'list':
      return []
  }
}

/** By a sign-in past the limit; without one in the history, by one whose answer was lost. */
function evictedBy(sessions: readonly string[], signIn: Operation | undefined): Entry[] {
  const ending: Ending = {
    by: 'eviction',
    from: signIn?.start ?? 0,
    final: signIn === undefined ? null : signIn.end + promisedWithinMs,
  }
  return sessions.flatMap(session => entry(session, ending))
}

function entry(session: string | null, ending: Ending): Entry[] {
  return session === null ? [] : [{ session, ending }]
}
