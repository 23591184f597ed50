import { access, constants, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '..', '..')
export const stateFolder = join(root, '.latchkey')
/** What a command needs to work on what this serves: `node --env-file=.latchkey/env`. */
const environmentFile = join(stateFolder, 'env')

export async function openStateFolder(): Promise<void> {
  await mkdir(stateFolder, { recursive: true })
  await access(stateFolder, constants.W_OK).catch(() => {
    throw new Error(`${stateFolder} belongs to another user; remove it, or run as that user`)
  })
}

export async function writeEnvironmentFile(env: NodeJS.ProcessEnv): Promise<void> {
  const names = ['DATABASE_URL', 'REDIS_URL', 'LATCHKEY_SECRET']
  const lines = names.map(name => (env[name] === undefined ? '' : `${name}=${env[name]}\n`))
  await writeFile(environmentFile, lines.join(''), { mode: 0o600 })
}

/** A value that stays the same in every run of this checkout. */
export async function keep(name: string, make: () => string): Promise<{ value: string; isNew: boolean }> {
  const file = join(stateFolder, name)
  try {
    return { value: (await readFile(file, 'utf8')).trim(), isNew: false }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    const value = make()
    await writeFile(file, `${value}\n`, { mode: 0o600 })
    return { value, isNew: true }
  }
}
