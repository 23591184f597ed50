import type { Endings } from '../endings.ts'
import { type Evidence, isLost, type Violation } from '../evidence.ts'
import { type Operation, succeeded } from '../history.ts'

/** No yes that began after the end of its session, or of its token, had been answered. */
export function revocationIsFinal(evidence: Evidence, endings: Endings): Violation[] {
  return [...yesToEnded(evidence, endings), ...yesToOutdated(evidence)]
}

/** A password change leaves the session, and ends every token that was issued before. */
function yesToOutdated(evidence: Evidence): Violation[] {
  const changes = evidence.operations.filter(
    operation => operation.op === 'password' && succeeded(operation) && !isLost(evidence, operation.end),
  )
  return evidence.operations.filter(isYes).flatMap(operation => {
    const change = changes.find(
      ({ session, generation, end }) =>
        session === operation.session &&
        operation.start > end &&
        (operation.generation ?? Number.POSITIVE_INFINITY) <= (generation ?? -1),
    )
    if (change === undefined) return []
    const what = `${operation.op} said yes to a token of before a password change that had been answered`
    return [{ rule: 'revocation is final', what, operations: [change, operation] }]
  })
}

function yesToEnded(evidence: Evidence, endings: Endings): Violation[] {
  return evidence.operations.filter(isYes).flatMap(operation => {
    const ending = endings
      .get(operation.session ?? '')
      ?.find(({ final }) => final !== null && operation.start > final && !isLost(evidence, final))
    if (ending === undefined) return []
    const afterMs = Math.round(operation.start - (ending.final ?? 0))
    return [
      {
        rule: 'revocation is final',
        what: `${operation.op} said yes to a session that was over; it began ${afterMs} ms after that held`,
        operations: ending.by === 'eviction' ? [operation] : [ending.by, operation],
      },
    ]
  })
}

/** What only a live session is granted. A logout is a 204 for any token of ours, so it proves nothing. */
function isYes(operation: Operation): boolean {
  return succeeded(operation) && operation.op !== 'logout' && operation.op !== 'sign_in'
}
