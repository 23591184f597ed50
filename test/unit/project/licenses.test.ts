import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

/** Permissive ones, which ask for a notice at most. */
const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'MIT-0',
])

type Lock = { packages: Record<string, { dev?: boolean; link?: boolean; license?: string }> }

const root = join(import.meta.dirname, '..', '..', '..')
const { packages }: Lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
/** What `npm install --omit=dev` brings, and what any system of these may bring. */
const shipped = Object.entries(packages).filter(
  ([path, { dev, link }]) => path.startsWith('node_modules/') && !dev && !link,
)

/** An SPDX expression; of alternatives, one is enough. */
function isAllowed(license = 'none'): boolean {
  const alternatives = license.replace(/^\((.*)\)$/, '$1').split(' OR ')
  return alternatives.some(alternative => allowed.has(alternative))
}

describe('the packages that the service runs with', () => {
  it('have a permissive license each, also those that others bring', () => {
    expect(shipped.length).toBeGreaterThan(100)
    const others = shipped.filter(([, { license }]) => !isAllowed(license))
    expect(others.map(([path, { license }]) => [path, license])).toEqual([])
  })

  it('would be noticed with a license that asks for more', () => {
    const asked = ['GPL-3.0-only', 'MIT AND GPL-2.0', 'UNLICENSED', undefined]
    expect(asked.filter(isAllowed)).toEqual([])
    expect(isAllowed('(GPL-2.0 OR MIT)')).toBe(true)
  })
})
