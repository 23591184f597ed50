import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'

/** For a runtime without modules of Node.js: an import of one would fail the build. */
async function bundled(entry: string, external: string[] = []): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`packages/node/src/${entry}.ts`],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    external: ['jose', ...external],
    write: false,
  })
  return outputFiles.map(({ text }) => text).join('')
}

/** Bytes, minified and compressed; `jose` is loaded only to verify locally. */
const limit = 4_100

describe('what a runtime at the edge has to load', () => {
  it.each([
    ['index', []],
    ['express', []],
    ['http', []],
    ['next', ['next/headers.js']],
  ])(`is less than ${limit} bytes for %s, and needs no module of Node.js`, async (entry, external) => {
    const script = await bundled(entry, external)
    expect(script.length).toBeGreaterThan(500)
    expect(gzipSync(script, { level: 9 }).length).toBeLessThan(limit)
  })

  it('is the verifier, whose questions name the call', async () => {
    expect(await bundled('index')).toContain('/v1/verify')
  })

  it('imports jose dynamically, and nothing else', async () => {
    expect(await bundled('index')).not.toMatch(/\bimport[ {"']|\brequire\b/)
    expect(await bundled('index')).toMatch(/\bimport\("jose"\)/)
  })
})
