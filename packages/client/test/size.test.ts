import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'

async function bundled(entry: string, external: string[] = []): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    external,
    write: false,
  })
  return outputFiles.map(({ text }) => text).join('')
}

/** Bytes. The hint at a rejected origin took it past 5,000: without it, the first call of most pages fails unexplained. */
const limit = 5_150

describe('what a page has to load', () => {
  it(`is less than ${limit} bytes for the client, minified and compressed`, async () => {
    const script = await bundled('packages/client/src/index.ts')
    expect(script).toContain('/v1/auth/refresh')
    expect(gzipSync(script, { level: 9 }).length).toBeLessThan(limit)
  })

  it('brings the client along once: what is for React takes it as an argument', async () => {
    expect(await bundled('packages/react/src/index.ts', ['react'])).not.toContain('/v1/auth/refresh')
  })

  it('imports nothing: no library, and no part of Node.js', async () => {
    expect(await bundled('packages/client/src/index.ts')).not.toMatch(/\bimport\b|\brequire\b/)
  })
})
