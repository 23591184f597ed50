import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the service and its command line stand as JavaScript, like `dist/`. */
    builtService: string
  }
}

const root = join(import.meta.dirname, '..', '..')
/** What a build looks for beside itself. */
const surroundings = ['node_modules', 'migrations', 'docs', 'package.json']
/** Loaded by name, and not written in TypeScript. */
const plainScripts = ['account/hashing/hashing-thread.js', 'account/hashing/imported-digest.js']

/**
 * Once for the run, however many projects need it: the sources of the service, module by module in JavaScript, in a
 * folder of its own. It takes half a second, so that nobody tests an old `dist/`; and what is started from it need not
 * compile anything, which costs two seconds of a core each time. `npm run check` has looked at the types.
 */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const everybody = project.vitest.getRootProject()
  if (everybody.getProvidedContext().builtService !== undefined) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-built-'))
  const dist = join(folder, 'dist')
  await build({
    entryPoints: [join(root, 'src', '**', '*.ts')],
    outbase: join(root, 'src'),
    outdir: dist,
    bundle: true,
    plugins: [moduleByModule],
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  })
  await mkdir(join(dist, 'account/hashing'), { recursive: true })
  await Promise.all([
    ...plainScripts.map(name => cp(join(root, 'src', name), join(dist, name))),
    ...surroundings.map(name => symlink(join(root, name), join(folder, name))),
  ])
  everybody.provide('builtService', dist)
  return () => rm(folder, { recursive: true, force: true })
}

/** Every import stays one, of a file that is called `.js` now. */
const moduleByModule: Plugin = {
  name: 'module-by-module',
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ kind, path }) =>
      kind === 'entry-point' ? undefined : { path: path.replace(/^(\..*)\.tsx?$/, '$1.js'), external: true },
    )
  },
}
