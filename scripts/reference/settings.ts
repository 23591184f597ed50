import { settings } from '../../src/config/config.ts'
import type { Entry } from './env-example.ts'
import { code, table } from './markdown.ts'

/** One table for each section: what a setting does (from `.env.example`), and its values and default (from the code). */
export function settingReference(entries: readonly Entry[]): string {
  const known = entries.filter(({ name }) => isSetting(name))
  const sections = [...new Set(known.map(({ section }) => section))]
  return sections
    .map(section => {
      const rows = known.filter(entry => entry.section === section).map(row)
      return `## ${section}\n\n${table([['Setting', 'Description', 'Values', 'Default'], ...rows])}`
    })
    .join('\n\n')
}

function row({ name, comment }: Entry): string[] {
  return [code(name), linked(comment), valuesOf(name), defaultOf(name)]
}

/** Names of pages become links, and the default is in a column of its own. */
function linked(comment: string): string {
  return comment
    .replace(/ Default: none\.$/, '')
    .replace(/docs\/(\S+?)\/([\w-]+)\.md/g, (_, folder: string, page: string) => {
      return `[${page}](${folder === 'reference' ? '' : `../${folder}/`}${page}.md)`
    })
}

function isSetting(name: string): name is keyof typeof settings {
  return Object.hasOwn(settings, name)
}

/** The values that a setting accepts, as the message that refuses any other value names them. */
function valuesOf(name: string): string {
  if (!isSetting(name)) return ''
  try {
    settings[name]._parse('\u0000')
    return 'text'
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const [values = ''] = message.replace(/^must be /, '').split(';')
    return values
      .replace(/^one of (.+)$/, (_, list: string) => list.split(', ').map(code).join(', '))
      .replace('true or false', '`true`, `false`')
      .replace(
        /^a whole number from (\d+) to (\d+)$/,
        (_, least: string, most: string) => `${digits(least)} to ${digits(most)}`,
      )
      .replace(/(\S+:\/\/\S*[^,\s])/g, '`$1`')
  }
}

function digits(text: string): string {
  return Number(text).toLocaleString('en-US')
}

function defaultOf(name: string): string {
  if (!isSetting(name)) return ''
  const setting = settings[name]
  if (!('default' in setting)) return '**required**'
  return setting.default === undefined ? '–' : code(String(setting.default))
}
