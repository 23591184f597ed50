import { type Ending, endingsOf } from '../endings.ts'
import { type Evidence, isLost, short, type Violation } from '../evidence.ts'
import type { SessionFact } from '../facts.ts'
import { type Operation, succeeded } from '../history.ts'

/** Every write that was answered is in Postgres and, where the design wants it, in the audit and on the feed. */
export function noFalseSuccess(evidence: Evidence): Violation[] {
  const { facts } = evidence
  const answered = evidence.operations.filter(
    operation => succeeded(operation) && !operation.stale && !isLost(evidence, operation.end),
  )
  const stored: Stored = {
    sessions: new Map(facts.sessions.map(session => [session.id, session])),
    events: new Set(facts.events.map(({ type, session }) => `${type} ${session}`)),
    announced: facts.announced,
  }
  const forgotten = new Set(
    evidence.operations
      .filter(({ op, end }) => op === 'sign_in' && isLost(evidence, end))
      .map(({ session }) => session),
  )
  // Evictions are the service's own: nobody was told of them.
  const endings = endingsOf(
    evidence.operations
      .filter(({ op }) => op === 'sign_in')
      .concat(answered.filter(({ op }) => op !== 'sign_in')),
    { ...facts, events: [] },
  )
  return [
    ...answered.flatMap(operation => missingOf(operation, stored).map(what => violation(what, operation))),
    ...[...endings]
      .filter(([session]) => !forgotten.has(session))
      .flatMap(([session, ended]) => ended.flatMap(ending => missingOfEnding(session, ending, stored))),
  ]
}

type Stored = {
  sessions: ReadonlyMap<string, SessionFact>
  events: ReadonlySet<string>
  announced: ReadonlySet<string>
}

function missingOf({ op, session, issued }: Operation, { sessions, events }: Stored): string[] {
  const row = sessions.get(session ?? '')
  const missing: string[] = []
  if (op === 'sign_in' && row === undefined)
    missing.push('the session of an answered sign-in is not in Postgres')
  if (op === 'sign_in' && !events.has(`session_created ${session}`))
    missing.push('a sign-in is not in the audit')
  if (issued !== null && (row?.rotation ?? -1) < issued.generation) {
    missing.push('an answered pair is newer than what stands in Postgres')
  }
  if (op === 'password' && !events.has(`password_changed ${session}`)) {
    missing.push('a password change is not in the audit')
  }
  return missing
}

function missingOfEnding(session: string, { by, final }: Ending, stored: Stored): Violation[] {
  if (by === 'eviction' || final === null) return []
  const missing: string[] = []
  if (stored.sessions.get(session)?.revokedReason == null) missing.push('not revoked in Postgres')
  if (!stored.events.has(`session_revoked ${session}`)) missing.push('not in the audit')
  if (!stored.announced.has(session)) missing.push('not on the feed')
  return missing.map(what => violation(`the answered end of session ${short(session)} is ${what}`, by))
}

function violation(what: string, operation: Operation): Violation {
  return { rule: 'no false success', what, operations: [operation] }
}
