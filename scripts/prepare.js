import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

/**
 * npm runs this after each install in this checkout (the script `dependencies`, which no install of the package runs): builds `packages/` unless what was built is newer than the sources,
 * so that the examples and your own applications can install them from this checkout. Does nothing where the development
 * dependencies, and with them the compiler, are left out (`--omit=dev`).
 */
const root = join(import.meta.dirname, '..')
const packages = ['client', 'react', 'node'].map(name => join(root, 'packages', name))

if (existsSync(join(root, 'node_modules', 'typescript')) && !packages.every(isBuilt)) {
  const built = spawnSync('npm run --silent build:packages', { cwd: root, shell: true, stdio: 'inherit' })
  if (built.status !== 0) {
    process.exitCode = 1
    // The compiler writes also what has errors.
    for (const folder of packages) rmSync(join(folder, 'dist'), { recursive: true, force: true })
  }
}

function isBuilt(folder) {
  const written = times(join(folder, 'dist'))
  const changed = [...times(join(folder, 'src')), statSync(join(folder, 'package.json')).mtimeMs]
  return written.length > 0 && Math.min(...written) > Math.max(...changed)
}

/** When each file below the folder was written, in milliseconds. */
function times(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => statSync(join(entry.parentPath, entry.name)).mtimeMs)
}
