import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const docs = new URL('../../../docs/internals/', import.meta.url)
const page = readFileSync(new URL('security.md', docs), 'utf8')

type Link = { text: string; target: string }

function linksIn(text: string): Link[] {
  return [...text.matchAll(/\[([^\]]+)\]\(([^)\s]+)\)/g)].map(([, text = '', target = '']) => ({
    text,
    target,
  }))
}

const isTest = ({ target }: Link) => /^\.\.\/\.\.\/test\/(unit|integration|browser|fault)\//.test(target)

/** The rows of a section's tables, each as its cells. */
function rowsOf(section: string, pattern: RegExp): string[][] {
  const [, after = ''] = page.split(`\n## ${section}\n`)
  const [text = ''] = after.split(/\n## /)
  return text
    .split('\n')
    .filter(line => pattern.test(line))
    .map(line => line.split(/(?<!\\)\|/).map(cell => cell.trim()))
    .map(cells => cells.slice(1, -1))
}

/** Whether a text is, as it stands, a string of the source: a title and not merely words of a comment. */
function hasTitle(source: string, title: string): boolean {
  return ["'", '"', '`'].some(quote => source.includes(`${quote}${title}${quote}`))
}

describe('docs/internals/security.md', () => {
  test('names tests that are there, by their titles', () => {
    const named = linksIn(page).filter(link => isTest(link) && !/\.ts$/.test(link.text))
    expect(named.length).toBeGreaterThan(100)
    const missing = named.filter(({ text, target }) => {
      const file = new URL(target, docs)
      if (!existsSync(file)) return true
      const source = readFileSync(file, 'utf8')
      return !text.split(' › ').every(title => hasTitle(source, title))
    })
    expect(missing).toEqual([])
  })

  test('links to nothing that is not there', () => {
    const local = linksIn(page).filter(({ target }) => !/^https:/.test(target))
    const missing = local.filter(({ target }) => {
      const [path = '', anchor] = target.split('#')
      const file = new URL(path === '' ? 'security.md' : path, docs)
      if (!existsSync(file)) return true
      return anchor !== undefined && !anchorsOf(readFileSync(file, 'utf8')).includes(anchor)
    })
    expect(missing).toEqual([])
  })

  test('shows every promise by a test', () => {
    const rows = rowsOf('Guarantees and their tests', /^\| (?!Guarantee|---)/)
    expect(rows.length).toBeGreaterThan(50)
    expect(rows.filter(([, shown = '']) => !linksIn(shown).some(isTest))).toEqual([])
  })

  test('has every item of the three chapters of ASVS 5.0 once, in their order, with a verdict', () => {
    /** How many items each section has. */
    const sections = { 6.1: 3, 6.2: 12, 6.3: 8, 6.4: 6, 6.5: 8, 6.6: 4, 6.7: 2, 6.8: 4 }
    const more = { 7.1: 3, 7.2: 4, 7.3: 2, 7.4: 5, 7.5: 3, 7.6: 2, 9.1: 3, 9.2: 4 }
    const items = Object.entries({ ...sections, ...more }).flatMap(([section, count]) =>
      Array.from({ length: count }, (_, at) => `${section}.${at + 1}`),
    )
    const rows = rowsOf('ASVS 5.0, chapters 6, 7 and 9', /^\| \d/)
    expect(rows.map(([item]) => item)).toEqual(items)
    for (const [item, about = '', verdict, why = ''] of rows) {
      expect(['met', 'in part', 'not met', 'not here'], item).toContain(verdict)
      expect(about.length, item).toBeGreaterThan(5)
      expect(why.length, item).toBeGreaterThan(5)
      // What is claimed is shown.
      if (verdict === 'met' || verdict === 'in part') expect(linksIn(why), item).not.toEqual([])
    }
  })
})

/** Of the headings, as GitHub makes them. */
function anchorsOf(text: string): string[] {
  return text
    .split('\n')
    .filter(line => /^#+ /.test(line))
    .map(line =>
      line
        .replace(/^#+ /, '')
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    )
}
