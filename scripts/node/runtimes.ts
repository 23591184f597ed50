import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

export type Runtime = {
  version: string
  /** Holds `node`; first on the path, so that npm and what it starts use it too. */
  binFolder: string
}

/** Installs each version from npm, which has one package of Node.js for each system and processor. */
export async function installRuntimes(folder: string, versions: readonly string[]): Promise<Runtime[]> {
  const system = process.platform === 'win32' ? 'win' : process.platform
  const packages = versions.map(version => `node-${version}@npm:node-${system}-${process.arch}@${version}`)
  await execute('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', folder, ...packages])
  return await Promise.all(
    versions.map(version => runtimeIn(join(folder, 'node_modules', `node-${version}`))),
  )
}

async function runtimeIn(folder: string): Promise<Runtime> {
  const binFolder = join(folder, 'bin')
  const { stdout } = await execute(join(binFolder, 'node'), ['--version'])
  return { version: stdout.trim().slice(1), binFolder }
}
