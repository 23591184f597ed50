import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'

/** What a page has to load for a program, without React and the client. */
async function bundled(program: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: 'packages/react/src', loader: 'ts' },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    jsx: 'automatic',
    external: ['react', 'react/jsx-runtime', '@latchkey/client'],
    write: false,
  })
  return outputFiles.map(({ text }) => text).join('')
}

const sizeOf = (script: string) => gzipSync(script, { level: 9 }).length

describe('what a page has to load, minified and compressed', () => {
  it('is less than 16,000 bytes for all components, in English', async () => {
    const script = await bundled(`export * from './index.ts'`)
    expect(script).toContain('lk-device')
    expect(sizeOf(script)).toBeLessThan(16_000)
  })

  it('is less than 9,000 bytes for the hooks, without any component', async () => {
    const script = await bundled(`export { LatchkeyProvider, useSession } from './index.ts'`)
    expect(script).not.toContain('lk-device')
    expect(sizeOf(script)).toBeLessThan(9_000)
  })

  it('has no language but English unless it is imported', async () => {
    expect(await bundled(`export * from './index.ts'`)).not.toContain('Abmelden')
    expect(await bundled(`export * from './messages/de.ts'`)).toContain('Abmelden')
  })

  it('needs nothing but React: no other library, and no part of the client', async () => {
    const script = await bundled(`export * from './index.ts'`)
    const imports = [...script.matchAll(/from\s*"([^"]+)"/g)].map(([, name]) => name)
    expect(new Set(imports)).toEqual(new Set(['react', 'react/jsx-runtime']))
  })
})
