import { createInterface } from 'node:readline/promises'
import type { Readable, Writable } from 'node:stream'
import type { Command } from 'commander'

/** A terminal on which the user can answer. */
export type Terminal = { input: Readable & { isTTY?: boolean }; output: Writable & { isTTY?: boolean } }

const ofProcess: Terminal = { input: process.stdin, output: process.stderr }

/** Whether the user can be asked on a terminal. */
export function canAsk({ input, output }: Terminal = ofProcess): boolean {
  return input.isTTY === true && output.isTTY === true
}

/** Ends the command with exit code 2, before any work, if it is not confirmed and there is no terminal. */
export function requireConfirmable(
  command: Command,
  given: string | undefined,
  expected: string,
  terminal = ofProcess,
): void {
  if (given === undefined && !canAsk(terminal)) {
    command.error(`error: this cannot be undone; add --confirm ${expected}`)
  }
}

/**
 * Returns if the given answer, or else the one typed on the terminal, is one of `expected`. Otherwise ends the command
 * with exit code 2.
 */
export async function confirm(
  command: Command,
  { given, expected, question }: { given: string | undefined; expected: readonly string[]; question: string },
  terminal = ofProcess,
): Promise<void> {
  const answer = given ?? (await ask(`${question}\nType ${expected[0]} to confirm: `, terminal))
  if (expected.includes(answer.trim())) return
  command.error(
    given === undefined
      ? 'error: not confirmed; nothing was changed'
      : `error: --confirm must be ${expected.join(' or ')}; nothing was changed`,
  )
}

/**
 * Like `confirm`, but returns if nothing is given and there is no terminal: a script means what it says. For commands
 * that name their target but can affect more than the operator sees.
 */
export async function confirmAtTerminal(
  command: Command,
  about: { given: string | undefined; expected: readonly string[]; question: string },
  terminal = ofProcess,
): Promise<void> {
  if (about.given !== undefined || canAsk(terminal)) await confirm(command, about, terminal)
}

/** Empty if the terminal hangs up. */
async function ask(question: string, { input, output }: Terminal): Promise<string> {
  const lines = createInterface({ input, output })
  const hungUp = new Promise<string>(resolve => lines.once('close', () => resolve('')))
  try {
    return await Promise.race([lines.question(question), hungUp])
  } finally {
    lines.close()
  }
}
