import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

/** What runs in the service. */
const sources = readdirSync('src', { recursive: true, withFileTypes: true })
  .filter(entry => entry.isFile() && /\.(ts|js)$/.test(entry.name))
  .map(entry => join(entry.parentPath, entry.name))
  // The console runs in a browser; settings are the operator's own, and read once.
  .filter(file => !/^src\/(console|config)\//.test(file))

/**
 * Tried from every place of a text up to its end, such a pattern takes time that grows with the square of the length.
 */
function isQuadratic(literal: string): boolean {
  const pattern = literal.slice(1, literal.lastIndexOf('/'))
  return (
    /[+*}]/.test(pattern) && alternatives(pattern).some(form => form.endsWith('$') && !form.startsWith('^'))
  )
}

/** At the top level, with `x` for what is escaped, in a class or in a group. */
function alternatives(pattern: string): string[] {
  let rest = pattern.replace(/\\./g, 'x').replace(/\[[^\]]*\]/g, 'x')
  while (/\([^()]*\)/.test(rest)) rest = rest.replace(/\([^()]*\)/g, 'x')
  return rest.split('|')
}

function literalsIn(file: string): string[] {
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) found.push(node.text)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest))
  return found
}

describe('regular expressions of the service', () => {
  it('are anchored at the start if they are at the end', () => {
    const found = sources.flatMap(file =>
      literalsIn(file)
        .filter(isQuadratic)
        .map(literal => `${file}: ${literal}`),
    )
    expect(found).toEqual([])
  })

  it('would be found', () => {
    expect([/^\P{L}+|\P{L}+$/u, /=+$/, /%.*$/].map(({ source }) => isQuadratic(`/${source}/`))).toEqual([
      true,
      true,
      true,
    ])
    expect([/^a+$/, /a$/, /a+\$/].map(({ source }) => isQuadratic(`/${source}/`))).toEqual([
      false,
      false,
      false,
    ])
  })
})
