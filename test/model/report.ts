import type { Exploration } from './explorer.ts'

/** Prints what was explored: of the whole the number of worlds, of a violation the shortest way there. */
export function report(title: string, { states, violation }: Exploration): void {
  const lines = violation === null ? [] : [...violation.trace, `⇒ breaks ${violation.promise}`]
  process.stdout.write(`${title}: ${states} states${lines.map(line => `\n      ${line}`).join('')}\n`)
}
