import type { Command } from 'commander'

/** The environment that a command reads. */
const needs = {
  database: 'DATABASE_URL, and ALLOW_UNENCRYPTED_STORES if the server has it',
  server:
    'all settings of the server: DATABASE_URL, LATCHKEY_SECRET, REDIS_URL and the others (see .env.example)',
}

export type Explanation = { environment: string; examples: readonly string[] }

const explanations = new WeakMap<Command, Explanation>()

/** Adds a pointer to the commands' own help to the `--help` of a group. */
export function explainGroup(group: Command): Command {
  return group.addHelpText(
    'after',
    `\nRun latchkey ${group.name()} COMMAND --help for examples and the environment that the command needs.`,
  )
}

/** Adds the environment that the command needs, and examples, to its `--help`. */
export function explain(command: Command, need: keyof typeof needs, examples: readonly string[]): Command {
  const explanation = { environment: needs[need], examples: examples.map(example => `latchkey ${example}`) }
  explanations.set(command, explanation)
  const lines = explanation.examples.map(example => `  ${example}`)
  return command.addHelpText(
    'after',
    `\nEnvironment: ${explanation.environment}.\n\n${lines.length > 1 ? 'Examples' : 'Example'}:\n${lines.join('\n')}`,
  )
}

/** The explanation of a command; undefined for a group. */
export function explanationOf(command: Command): Explanation | undefined {
  return explanations.get(command)
}
