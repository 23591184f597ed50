import { type Evidence, short, type Violation } from '../evidence.ts'
import { groupedBy } from '../grouping.ts'
import { type Operation, succeeded } from '../history.ts'

/** Generations one by one, one child a token, and the row stands where the client stands. */
export function oneLineage(evidence: Evidence): Violation[] {
  const exchanges = evidence.operations.filter(({ op }) => op === 'refresh' || op === 'password')
  const honest = exchanges.filter(({ stale }) => !stale)
  return [
    ...honest
      .filter(skipsGeneration)
      .map(operation =>
        violation(`generation ${operation.issued?.generation} came after ${operation.generation}`, operation),
      ),
    ...evidence.operations
      .filter(operation => operation.stale && succeeded(operation))
      .map(operation => violation('a token that had been spent was accepted again', operation)),
    ...secondChildren(honest),
    ...(evidence.settings.rewound === null ? strayRows(evidence, honest) : []),
  ]
}

function skipsGeneration({ issued, generation }: Operation): boolean {
  return issued !== null && generation !== null && issued.generation !== generation + 1
}

function secondChildren(exchanges: readonly Operation[]): Violation[] {
  const issuing = exchanges.filter(({ issued, presented }) => issued !== null && presented !== null)
  return [...groupedBy(issuing, ({ presented }) => presented).values()].flatMap(([first, ...others]) => {
    const second = others.find(({ issued }) => issued?.pair !== first?.issued?.pair)
    return first === undefined || second === undefined
      ? []
      : [violation('one refresh token has two children', first, second)]
  })
}

function strayRows({ operations, facts }: Evidence, exchanges: readonly Operation[]): Violation[] {
  const known = new Set(operations.filter(({ op }) => op === 'sign_in').map(({ session }) => session))
  const exchangesOf = groupedBy(exchanges, ({ session }) => session)
  return facts.sessions.flatMap(({ id, rotation }) => {
    if (!known.has(id)) return []
    const own = exchangesOf.get(id) ?? []
    const newest = Math.max(0, ...own.map(({ issued }) => issued?.generation ?? 0))
    // An exchange whose answer was lost may have happened.
    const unanswered = own.some(({ generation, issued }) => generation === newest && issued === null)
    if (rotation === newest || (unanswered && rotation === newest + 1)) return []
    return [
      violation(
        `session ${short(id)} stands at generation ${rotation} in Postgres, at ${newest} with its client`,
        ...own.filter(({ issued }) => issued?.generation === newest),
      ),
    ]
  })
}

function violation(what: string, ...operations: Operation[]): Violation {
  return { rule: 'one lineage', what, operations }
}
