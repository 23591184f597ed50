import { endingsOf } from './endings.ts'
import type { Evidence, Violation } from './evidence.ts'
import { noFalseSignOut } from './rules/no-false-sign-out.ts'
import { noFalseSuccess } from './rules/no-false-success.ts'
import { oneLineage } from './rules/one-lineage.ts'
import { revocationIsFinal } from './rules/revocation-is-final.ts'
import { availability, bounded, recovery } from './rules/time.ts'

/** Pure: everything that the history and the database prove to be wrong. */
export function check(evidence: Evidence): Violation[] {
  const endings = endingsOf(evidence.operations, evidence.facts)
  return [
    ...revocationIsFinal(evidence, endings),
    ...noFalseSignOut(evidence, endings),
    ...oneLineage(evidence),
    ...noFalseSuccess(evidence),
    ...bounded(evidence),
    ...recovery(evidence),
    ...availability(evidence),
  ]
}
