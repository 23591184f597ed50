import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cruise, type ICruiseResult, type IFlattenedRuleSet } from 'dependency-cruiser'
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config'
import { describe, expect, it } from 'vitest'

/** What runs in other people's programs. Nothing of the service gets there, nor of one package into another. */
const packages = ['client', 'react', 'node']

const rules: IFlattenedRuleSet = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: { path: '^packages/' }, to: { circular: true } },
    {
      name: 'client-imports-only-itself',
      severity: 'error',
      from: { path: '^packages/client/src/' },
      to: { pathNot: '^packages/client/src/' },
    },
    {
      name: 'react-knows-react-and-the-client',
      severity: 'error',
      from: { path: '^packages/react/src/' },
      to: { pathNot: '^packages/react/src/|^packages/client/src/index\\.ts$|node_modules/(@types/)?react/' },
    },
    {
      name: 'react-gets-the-client-as-an-argument',
      severity: 'error',
      from: { path: '^packages/react/src/' },
      to: { path: '^packages/client/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'node-imports-itself-and-its-dependencies',
      severity: 'error',
      from: { path: '^packages/node/src/' },
      to: {
        pathNot:
          '^packages/node/src/|^node:|^(crypto|http)$|^next/|node_modules/(fastify|fastify-plugin|jose|quick-lru)/',
      },
    },
    {
      name: 'jose-loads-with-the-first-token-that-is-verified-locally',
      severity: 'error',
      from: { path: '^packages/node/src/' },
      to: { path: 'node_modules/jose/', dependencyTypesNot: ['type-only'], dynamic: false },
    },
    {
      name: 'edge-runtimes-have-no-node-modules',
      severity: 'error',
      from: { path: '^packages/node/src/', pathNot: '^packages/node/src/(fastify|verifier/kept)\\.ts$' },
      to: { dependencyTypes: ['core'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'next-is-known-to-its-adapter-only',
      severity: 'error',
      from: { path: '^packages/node/src/', pathNot: '^packages/node/src/next\\.ts$' },
      to: { path: '^next/|^packages/node/src/next\\.ts$' },
    },
    {
      name: 'fastify-may-be-absent',
      severity: 'error',
      from: { path: '^packages/node/src/' },
      to: { path: 'node_modules/fastify/', dependencyTypesNot: ['type-only'] },
    },
  ],
}

async function violations(ruleSet: IFlattenedRuleSet): Promise<string[]> {
  const { output } = await cruise(
    packages.map(name => `packages/${name}/src`),
    {
      ruleSet,
      validate: true,
      tsPreCompilationDeps: true,
      tsConfig: { fileName: 'tsconfig.json' },
      doNotFollow: { path: 'node_modules' },
    },
    undefined,
    { tsConfig: extractTSConfig('tsconfig.json') },
  )
  const result: ICruiseResult = typeof output === 'string' ? JSON.parse(output) : output
  return result.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)
}

function filesWith(pattern: RegExp): string[] {
  return packages
    .flatMap(name =>
      readdirSync(`packages/${name}/src`, { recursive: true, encoding: 'utf8' }).map(file =>
        join('packages', name, 'src', file),
      ),
    )
    .filter(file => /\.tsx?$/.test(file) && pattern.test(readFileSync(file, 'utf8')))
    .sort()
}

describe('the packages', () => {
  it('import nothing of the service, and of each other only types', async () => {
    expect(await violations(rules)).toEqual([])
  })

  it('would not hide an import', async () => {
    const nothing = {
      forbidden: [{ name: 'nothing', severity: 'error' as const, from: {}, to: { path: '.' } }],
    }
    const seen = (await violations(nothing)).join('\n')
    for (const target of [
      'packages/client/src/connection/persist.ts',
      'packages/client/src/index.ts',
      'node_modules/react/index.js',
      'node_modules/jose/dist/webapi/index.js',
    ]) {
      expect(seen).toContain(`→ ${target}`)
    }
  })

  it('have the version, the license and the engines of the service', () => {
    const manifest = (folder: string) => {
      const { version, license, engines } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      return { version, license, engines }
    }
    for (const name of packages) expect(manifest(`packages/${name}`)).toEqual(manifest('.'))
  })

  it('read the clock in one file only, and never the environment', () => {
    expect(filesWith(/\bDate\.now\(|new Date\(\)|performance\.now\(|process\.hrtime/)).toEqual([
      'packages/client/src/clock.ts',
      'packages/react/src/time/clock.ts',
    ])
    expect(filesWith(/process\.env\b/)).toEqual([])
  })
})
