import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { version } from '../../src/version.ts'

const execute = promisify(execFile)
const modules = join(process.cwd(), 'node_modules')
const tsc = join(modules, '.bin', 'tsc')

/** A project that has nothing but the package, as npm packs it, and what the package depends on. */
let project: string

async function link(name: string): Promise<void> {
  const path = join(project, 'node_modules', name)
  await mkdir(dirname(path), { recursive: true })
  await symlink(join(modules, name), path)
}

async function packed(): Promise<void> {
  const source = join(project, 'source')
  await mkdir(source)
  for (const name of ['package.json', 'migrations', 'docs', 'README.md', 'LICENSE']) {
    await cp(name, join(source, name), { recursive: true })
  }
  for (const configuration of ['tsconfig.build.json', 'tsconfig.client.json']) {
    await execute(tsc, ['-p', configuration, '--outDir', join(source, 'dist')])
  }
  await execute('npm', ['pack', '--ignore-scripts', '--offline', '--pack-destination', project], {
    cwd: source,
  })
  const target = join(project, 'node_modules', 'latchkey')
  await mkdir(target, { recursive: true })
  const archive = join(project, `latchkey-${version}.tgz`)
  await execute('tar', ['-xzf', archive, '-C', target, '--strip-components=1'])
}

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'latchkey-project-'))
  await packed()
  const manifest: { dependencies: Record<string, string> } = JSON.parse(
    await readFile('package.json', 'utf8'),
  )
  // Besides, what a project has that uses React and TypeScript.
  for (const name of [...Object.keys(manifest.dependencies), 'react', '@types/react', '@types/node'])
    await link(name)
  await writeFile(join(project, 'package.json'), '{ "type": "module" }')
}, 120_000)

afterAll(async () => {
  await rm(project, { recursive: true, force: true })
})

describe('the package, as it is published', () => {
  it('can be imported by each of its names', async () => {
    const script = `
      import { buildApp, version } from 'latchkey'
      import { createLatchkeyClient, LatchkeyError, memoryStorage, webStorage } from 'latchkey/client'
      import { LatchkeyProvider, useLatchkey, useSession, useSessionManagement } from 'latchkey/react'
      const client = createLatchkeyClient({ baseUrl: 'http://127.0.0.1:1', transport: 'bearer', patienceMs: 0 })
      const failed = await client.signIn({ email: 'a@example.com', password: 'b' }).catch(error => error)
      const all = [buildApp, memoryStorage, webStorage, LatchkeyProvider, useLatchkey, useSession, useSessionManagement]
      console.log(JSON.stringify([version, failed instanceof LatchkeyError, failed.code, all.map(one => typeof one)]))
    `
    await writeFile(join(project, 'use.js'), script)
    const { stdout } = await execute(process.execPath, ['use.js'], { cwd: project })
    expect(JSON.parse(stdout)).toEqual([version, true, 'network_error', Array(7).fill('function')])
  })

  it.each(['nodenext', 'bundler'])(
    'has types for each of its names (module resolution: %s)',
    async resolution => {
      const source = `
      import { buildApp, createServices, readConfig } from 'latchkey'
      import { createLatchkeyClient, type LatchkeyClient } from 'latchkey/client'
      import { LatchkeyProvider, useSession, useSessionManagement } from 'latchkey/react'
      const client: LatchkeyClient = createLatchkeyClient({ transport: 'cookie' })
      export const live: Promise<number> = client.request('GET /v1/admin/stats').then(stats => stats.live.total)
      export const provider = LatchkeyProvider({ client })
      export const name = (): string | undefined => useSession().user?.email
      export const ids = (): string[] => useSessionManagement().sessions.map(session => session.id)
      export const parts = [buildApp, createServices, readConfig]
      // @ts-expect-error: no such option
      createLatchkeyClient({ transport: 'pigeon' })
    `
      await writeFile(join(project, 'use.ts'), source)
      const module = resolution === 'nodenext' ? 'nodenext' : 'esnext'
      const options = ['--module', module, '--moduleResolution', resolution, '--target', 'es2023', '--noEmit']
      const strict = ['--strict', '--lib', 'es2023,dom', '--types', 'node', '--skipLibCheck', 'use.ts']
      const answer = await execute(tsc, [...options, ...strict], { cwd: project }).catch(
        (error: { stdout: string }) => error,
      )
      expect(answer.stdout).toBe('')
    },
  )
})
