import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..', '..')
const folder = join(root, 'docs', 'start')
const pages = readdirSync(folder).filter(name => existsSync(join(root, 'examples', name.replace('.md', ''))))

/** What a page shows of a file: the block behind a line that begins with a link to it and ends with a colon. */
function filesShownIn(page: string): { path: string; text: string }[] {
  const shown = readFileSync(join(folder, page), 'utf8').matchAll(
    /^\[[^\]]+\]\((?:\.\.\/){2}(examples\/[^)]+)\)[^\n]*:\n\n```[^\n]*\n(.*?)^```$/gms,
  )
  return [...shown].map(([, path = '', text = '']) => ({ path, text }))
}

describe('the quick starts', () => {
  it('show each file as it is in the example', () => {
    expect(pages).toHaveLength(5)
    for (const page of pages) {
      const files = filesShownIn(page)
      expect([page, files.length]).not.toEqual([page, 0])
      for (const { path, text } of files)
        expect([path, text]).toEqual([path, readFileSync(join(root, path), 'utf8')])
    }
  })

  it('have a page for each example with a package.json, whose dependencies a lockfile fixes', () => {
    const examples = readdirSync(join(root, 'examples'))
    const applications = examples.filter(name => existsSync(join(root, 'examples', name, 'package.json')))
    expect(applications.length).toBeGreaterThan(3)
    for (const name of applications) {
      expect(pages).toContain(`${name}.md`)
      expect(existsSync(join(root, 'examples', name, 'package-lock.json'))).toBe(true)
    }
  })
})
