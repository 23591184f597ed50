import type { Violation } from './evidence.ts'
import { groupedBy } from './grouping.ts'
import type { Operation } from './history.ts'

const shownViolations = 6
const shownOperations = 4

/** A failure in a form that is read in a minute: which rule, what, and the operations that prove it. */
export function describeViolations(violations: readonly Violation[], origin: number): string {
  const byRule = groupedBy(violations, ({ rule }) => rule)
  return [...byRule]
    .map(([rule, found]) => {
      const shown = found
        .slice(0, shownViolations)
        .flatMap(({ what, operations }) => [
          `  – ${what}`,
          ...operations
            .slice(0, shownOperations)
            .map(operation => `      ${describeOperation(operation, origin)}`),
        ])
      const more = found.length > shownViolations ? [`  … and ${found.length - shownViolations} more`] : []
      return [`${rule}: ${found.length}`, ...shown, ...more].join('\n')
    })
    .join('\n')
}

/** `+1.234 s…+1.240 s B refresh session 3f2a1c gen 4 → 401 session_revoked` */
function describeOperation(operation: Operation, origin: number): string {
  const { op, start, end, instance, session, target, generation, issued, stale, status, code } = operation
  const at = (time: number) => `${((time - origin) / 1000).toFixed(3)} s`
  return [
    `${at(start)} to ${at(end)}`,
    instance,
    op,
    session === null ? '' : `session ${session.slice(-6)}`,
    target === null ? '' : `on ${target.slice(-6)}`,
    generation === null ? '' : `generation ${generation}`,
    stale ? '(spent, on purpose)' : '',
    '→',
    status === 0 ? 'no answer' : String(status),
    code ?? '',
    issued === null ? '' : `generation ${issued.generation}, pair ${issued.pair}`,
  ]
    .filter(Boolean)
    .join(' ')
}
