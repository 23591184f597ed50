import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..', '..')

const folders = ['bench', 'docs', 'examples', 'packages', 'scripts', 'test']

/** Not templates: they name what lies beside the page that is made of them. */
const pages = [
  ...readdirSync(root),
  ...folders.flatMap(folder =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(name => join(folder, name)),
  ),
].filter(path => path.endsWith('.md') && !/node_modules|\.template\.md$/.test(path))

const text = (page: string) => readFileSync(join(root, page), 'utf8').replace(/^```.*?^```/gms, '')

/** Of Markdown and of the HTML in it, without those that lead to other sites. */
function linksIn(page: string): string[] {
  const links = text(page).matchAll(/\]\(([^)\s]+)|(?:src|srcset|href)="([^"]+)"/g)
  return [...links].map(([, link, inHtml]) => link ?? inHtml ?? '').filter(link => !/^[a-z]+:/.test(link))
}

/** Of the headings, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  return [...text(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? page : join(dirname(page), path)
  if (!existsSync(join(root, target))) return false
  return anchor === undefined || !target.endsWith('.md') || anchorsOf(target).includes(anchor)
}

describe('the documentation', () => {
  it('links only to files and headings that there are', () => {
    expect(pages.length).toBeGreaterThan(50)
    const broken = pages.flatMap(page =>
      linksIn(page)
        .filter(link => !leadsSomewhere(page, link))
        .map(link => `${page}: ${link}`),
    )
    expect(broken).toEqual([])
  })

  it('has an index that lists every page', () => {
    const index = linksIn('docs/README.md')
    const all = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    const listed = all.filter(name => /\.(md|json|sql)$/.test(name) && !/^adr\/\d|^README/.test(name))
    expect(listed.filter(name => !index.includes(name))).toEqual([])
  })

  it('has an index that lists every decision, by its number and its title', () => {
    const index = readFileSync(join(root, 'docs', 'adr', 'README.md'), 'utf8')
    for (const name of readdirSync(join(root, 'docs', 'adr')).filter(name => name !== 'README.md')) {
      const [, title = ''] = /^# (.+)$/m.exec(text(`docs/adr/${name}`)) ?? []
      expect(index).toContain(`[${title}](${name})`)
      expect(Number(title.split('.')[0])).toBe(Number(name.split('-')[0]))
    }
  })
})
