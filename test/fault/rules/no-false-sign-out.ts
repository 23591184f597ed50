import type { Endings } from '../endings.ts'
import { type Evidence, isLost, short, type Violation } from '../evidence.ts'
import { failed, type Operation, succeeded } from '../history.ts'

/** No 401 for a session that nobody ended and no rule expired; nobody is taken for a thief but the bench itself. */
export function noFalseSignOut(evidence: Evidence, endings: Endings): Violation[] {
  const honest = evidence.operations.filter(({ stale }) => !stale)
  const refused = honest.filter(({ status }) => status === 401)
  const thieves = new Set(evidence.operations.filter(({ stale }) => stale).map(({ session }) => session))
  return [
    ...refused.flatMap(operation => {
      const asThief = operation.code === 'refresh_token_reused' && !thieves.has(operation.session)
      if (!asThief && isExplained(evidence, endings, operation)) return []
      const what = asThief
        ? 'an honest client was taken for a thief'
        : `${operation.op} was refused, though nobody had ended it and no limit had passed`
      return [{ rule: 'no false sign-out' as const, what, operations: [operation] }]
    }),
    ...revokedByNobody(evidence, endings),
  ]
}

/** Also what no client has noticed yet. */
function revokedByNobody(evidence: Evidence, endings: Endings): Violation[] {
  const { operations, facts } = evidence
  const owners = new Map(
    operations.filter(({ op }) => op === 'sign_in').map(({ session, user }) => [session, user] as const),
  )
  return facts.sessions
    .filter(({ id, revokedReason }) => {
      const owner = owners.get(id)
      if (revokedReason === null || owner === undefined || endings.has(id)) return false
      return !mayHaveBeenEvicted(evidence, owner, Number.POSITIVE_INFINITY)
    })
    .map(({ id, revokedReason }) => ({
      rule: 'no false sign-out',
      what: `session ${short(id)} is revoked (${revokedReason}), though nobody asked for it`,
      operations: operations.filter(({ op, session }) => op === 'refresh' && session === id).slice(-3),
    }))
}

function isExplained(evidence: Evidence, endings: Endings, operation: Operation): boolean {
  if (operation.op === 'sign_in') return mayHaveChangedPassword(evidence, operation)
  if (operation.session === null || wasForgotten(evidence, operation)) return true
  if (endings.get(operation.session)?.some(({ from }) => from < operation.end)) return true
  if (mayHaveBeenEvicted(evidence, operation.user, operation.end)) return true
  if (isOutdated(evidence, operation)) return true
  return operation.op !== 'refresh' && isSuperseded(evidence, operation)
}

/** Of before a password change that has happened, or may have. */
function isOutdated({ operations }: Evidence, { session, generation, end }: Operation): boolean {
  return operations.some(
    change =>
      change.op === 'password' &&
      change.session === session &&
      (change.generation ?? -1) >= (generation ?? 0) &&
      change.start < end &&
      (succeeded(change) || failed(change)),
  )
}

/**
 * Whom a sign-in evicts is told by its event in the database alone. A database that was rewound has lost the events of
 * the sign-ins that it has lost; what they have ended stays ended.
 */
function mayHaveBeenEvicted(evidence: Evidence, user: string, before: number): boolean {
  return evidence.operations.some(
    ({ op, user: of, start, end }) =>
      op === 'sign_in' && of === user && start < before && isLost(evidence, end),
  )
}

function mayHaveChangedPassword({ operations }: Evidence, { user, end }: Operation): boolean {
  return operations.some(({ op, user: of, start }) => op === 'password' && of === user && start < end)
}

/**
 * A session that began in what the database has lost is gone. One that was refreshed then still is, and its refresh
 * token goes on from where the client stands; but no access token says which generation it is of.
 */
function wasForgotten(evidence: Evidence, { op, session, generation }: Operation): boolean {
  if (evidence.settings.rewound === null) return false
  return evidence.operations.some(earlier => {
    if (earlier.session !== session || !succeeded(earlier) || !isLost(evidence, earlier.end)) return false
    return earlier.op === 'sign_in' || (op !== 'refresh' && earlier.issued?.generation === generation)
  })
}

/** Of an access token: another pair was asked for longer ago than the grace, or two more pairs were. */
function isSuperseded(
  { operations, settings }: Evidence,
  { session, generation, start, end }: Operation,
): boolean {
  if (generation === null) return true
  return operations.some(
    refresh =>
      refresh.op === 'refresh' &&
      refresh.session === session &&
      refresh.generation !== null &&
      ((refresh.generation > generation && refresh.start < end) ||
        (refresh.generation === generation && refresh.start < start - settings.rotationGraceMs)),
  )
}
