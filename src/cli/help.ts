import type { Command } from 'commander'

/** What a command reads of the environment. */
const needs = {
  database: 'DATABASE_URL, and ALLOW_UNENCRYPTED_STORES where the server has it',
  server:
    'the whole environment of the server: DATABASE_URL, LATCHKEY_SECRET, REDIS_URL and its other settings (.env.example)',
}

/** Adds to the `--help` of a group where its examples are. */
export function explainGroup(group: Command): Command {
  return group.addHelpText(
    'after',
    `\nRun latchkey ${group.name()} COMMAND --help for examples and the environment that the command needs.`,
  )
}

/** Adds to `--help` what the command needs and how it is called. */
export function explain(command: Command, need: keyof typeof needs, examples: readonly string[]): Command {
  const lines = examples.map(example => `  latchkey ${example}`)
  return command.addHelpText(
    'after',
    `\nEnvironment: ${needs[need]}.\n\n${lines.length > 1 ? 'Examples' : 'Example'}:\n${lines.join('\n')}`,
  )
}
