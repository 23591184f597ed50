import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

export type Chromium = { kind: 'found'; path: string } | { kind: 'none'; reason: string }

/** A Chromium on the PATH; where there is none, root on Debian or Ubuntu gets one by apt. */
export async function findChromium(log: (line: string) => void): Promise<Chromium> {
  const found = await onPath()
  if (found !== undefined) return { kind: 'found', path: found }
  if (process.getuid?.() !== 0)
    return { kind: 'none', reason: 'no Chromium on the PATH, and not root to install it' }
  if ((await locate('apt-get')) === undefined) {
    return { kind: 'none', reason: 'no Chromium on the PATH, and no apt-get here' }
  }
  log('Installing chromium with apt, for the tests in a real browser')
  try {
    // One source out of several may be away; whether that matters shows in the next step.
    await apt('update').catch(() => {})
    await apt('install', '-y', '--no-install-recommends', 'chromium')
  } catch (error) {
    const words =
      error instanceof Error ? error.message.trim().split('\n').slice(-2).join(' ') : String(error)
    return { kind: 'none', reason: `apt could not install chromium: ${words}` }
  }
  const installed = await onPath()
  if (installed === undefined)
    return { kind: 'none', reason: 'the package chromium has no program on the PATH' }
  return { kind: 'found', path: installed }
}

function apt(...args: string[]): Promise<unknown> {
  return execute('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=120', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: 600_000,
    maxBuffer: 64 * 1024 * 1024,
  })
}

async function onPath(): Promise<string | undefined> {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']) {
    const path = await locate(name)
    if (path !== undefined) return path
  }
  return undefined
}

async function locate(name: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter).filter(entry => entry !== '')) {
    const path = join(folder, name)
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (runs) return path
  }
  return undefined
}
