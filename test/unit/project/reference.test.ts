import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { generated, withGenerated } from '../../../scripts/reference.ts'
import { createProgram } from '../../../src/cli/program.ts'
import { settings } from '../../../src/config/config.ts'
import { eventTypes } from '../../../src/session/events.ts'
import { revocationReasons } from '../../../src/session/session.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const pageText = (page: string) => readFile(join(root, page), 'utf8')

/** The names in the first column of the tables of a page, without code marks. */
function namesIn(page: string): string[] {
  return [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name)
}

describe('the reference', () => {
  it.each(generated)('has current $name in $page (npm run docs:reference writes them)', async entry => {
    const page = await pageText(entry.page)
    expect(page).toBe(withGenerated(page, entry.name, await entry.text()))
  })

  it('lists every setting once, and nothing else as a setting', async () => {
    const names = namesIn(await pageText('docs/reference/settings.md'))
    expect(names.toSorted()).toEqual(Object.keys(settings).toSorted())
  })

  it('lists every security event once, in order', async () => {
    const [, table = ''] = (await pageText('docs/reference/events.md')).split('| Type | Severity')
    const [rows = ''] = table.split('\n\n')
    expect(namesIn(rows)).toEqual(eventTypes.toSorted())
  })

  it('explains every reason of a revocation', async () => {
    const [, section = ''] = (await pageText('docs/reference/events.md')).split('\n## Revocation reasons\n')
    const firstCells = [...section.matchAll(/^\| (`.+?) \|/gm)].map(([, cell = '']) => cell)
    const reasons = firstCells.flatMap(cell => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name))
    expect(reasons.toSorted()).toEqual(revocationReasons.toSorted())
  })

  it('has a section for every command', async () => {
    const page = await pageText('docs/reference/cli.md')
    const groups = createProgram().commands
    const commands = groups.flatMap(group =>
      group.commands.length === 0
        ? [group.name()]
        : group.commands.map(command => `${group.name()} ${command.name()}`),
    )
    const sections = [...page.matchAll(/^## latchkey (.+)$/gm)].map(([, name]) => name)
    expect(sections.toSorted()).toEqual(commands.toSorted())
    expect(commands.length).toBeGreaterThan(15)
  })

  it('refuses to write into a page that has no place for it', () => {
    expect(() => withGenerated('# Settings\n', 'settings', 'text')).toThrow('no place for settings')
  })
})
