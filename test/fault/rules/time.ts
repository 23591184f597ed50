import { type Evidence, isOut, isStarved, type Rule, type Violation } from '../evidence.ts'
import { failed, type Interval, type Operation, type OperationKind, succeeded } from '../history.ts'

/** A request may take this long, and the client's own measuring this much more. */
const limitMs = 2_000
const slackMs = 250
/** Everything works again this long after the fault's end. */
export const recoveryLimitMs = 5_000
/** What has to be seen working again; the other calls are too rare to wait for. */
export const recoveringKinds: readonly OperationKind[] = ['verify', 'refresh', 'sign_in', 'list', 'revoke']

/** No request takes longer than it may, whatever is away. */
export function bounded(evidence: Evidence): Violation[] {
  return evidence.operations
    .filter(operation => !isOut(operation, evidence))
    .filter(({ start, end }) => evidence.undisturbedMs(start, end) > limitMs + slackMs)
    .map(operation =>
      violation(
        'bounded',
        `${operation.op} took ${Math.round(operation.end - operation.start)} ms`,
        operation,
      ),
    )
}

/** In time after the fault, everything works; what is tried again must be seen to work. */
export function recovery(evidence: Evidence): Violation[] {
  const { operations, fault } = evidence
  if (fault === null) return []
  const late = operations.filter(
    operation =>
      failed(operation) &&
      isPastRecovery(operation, fault, evidence) &&
      !isOut(operation, evidence) &&
      !isStarved(operation, evidence),
  )
  const after = operations.filter(({ start }) => start > fault.to)
  const broken = recoveringKinds.filter(kind => {
    const tried = after.filter(({ op }) => op === kind)
    return tried.length > 0 && !tried.some(succeeded)
  })
  return [
    ...late.map(operation => {
      const afterMs = Math.round(operation.start - fault.to)
      return violation(
        'recovery',
        `${operation.op} still fails ${afterMs} ms after the fault's end`,
        operation,
      )
    }),
    ...broken.map(kind => violation('recovery', `no ${kind} succeeded after the fault`)),
  ]
}

/** What the design says works while something is away, works; and without a fault everything does. */
export function availability(evidence: Evidence): Violation[] {
  const { fault, settings } = evidence
  const isAllowed = (operation: Operation) =>
    fault !== null &&
    operation.end >= fault.from &&
    // Past the limit, it is for `recovery` to say.
    (isPastRecovery(operation, fault, evidence) || settings.mayFail(operation))
  return evidence.operations
    .filter(operation => failed(operation) && !operation.stale && !isOut(operation, evidence))
    .filter(operation => !isAllowed(operation) && !isStarved(operation, evidence))
    .map(operation => {
      const answer = operation.status === 0 ? 'no answer' : operation.status
      const what = `${operation.op} failed (${answer}, ${operation.code}) where the design says that it works`
      return violation('availability', what, operation)
    })
}

function isPastRecovery({ start }: Operation, fault: Interval, { undisturbedMs }: Evidence): boolean {
  return start > fault.to && undisturbedMs(fault.to, start) > recoveryLimitMs
}

function violation(rule: Rule, what: string, ...operations: Operation[]): Violation {
  return { rule, what, operations }
}
