import type { Command, Option } from 'commander'
import { explanationOf } from '../../src/cli/help.ts'
import { createProgram } from '../../src/cli/program.ts'
import { code, sentence, table } from './markdown.ts'

/** An option with more choices than this does not list them. */
const mostChoices = 8

/** Every command, in the order of the help, with its examples, arguments and options. */
export function commandReference(): string {
  return leaves(createProgram())
    .map(({ name, command }) => section(name, command))
    .join('\n\n')
}

type Named = { name: string; command: Command }

function leaves(program: Command): Named[] {
  return visible(program).flatMap(command => {
    const inner = visible(command)
    if (inner.length === 0) return [{ name: `latchkey ${command.name()}`, command }]
    return inner.map(leaf => ({ name: `latchkey ${command.name()} ${leaf.name()}`, command: leaf }))
  })
}

function visible(command: Command): Command[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .filter(inner => inner.name() !== 'help')
}

/** Throws for a command without an explanation. */
function section(name: string, command: Command): string {
  const help = command.createHelp()
  const explanation = explanationOf(command)
  if (explanation === undefined) throw new Error(`${name} has no examples`)
  const rows = [
    ...help
      .visibleArguments(command)
      .map(argument => [code(`<${argument.name()}>`), sentence(argument.description)]),
    ...help
      .visibleOptions(command)
      .filter(option => option.long !== '--help')
      .map(option => [code(option.flags), descriptionOf(option)]),
  ]
  return [
    `## ${name}`,
    sentence(command.description()),
    `\`\`\`bash excerpt\n${explanation.examples.join('\n')}\n\`\`\``,
    ...(rows.length === 0 ? [] : [table([['Argument or option', 'Description'], ...rows])]),
  ].join('\n\n')
}

function descriptionOf({ description, mandatory, argChoices, defaultValue }: Option): string {
  const choices = argChoices !== undefined && argChoices.length <= mostChoices ? argChoices : []
  return [
    sentence(description),
    mandatory ? 'Required.' : '',
    choices.length > 0 ? `One of ${choices.map(code).join(', ')}.` : '',
    isShown(defaultValue) ? `Default: ${code(String(defaultValue))}.` : '',
  ]
    .filter(Boolean)
    .join(' ')
}

function isShown(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number'
}
