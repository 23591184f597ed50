import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/**
 * Installs a package of Debian or Ubuntu where nobody need be asked for it; resolves to null, or to why not. `begins`
 * is called when it can be tried, which may take a while.
 */
export async function installByApt(
  name: string,
  begins: () => void,
  withinMs = 300_000,
): Promise<string | null> {
  if (process.getuid?.() !== 0) return 'not root, so nothing can be installed with apt'
  const signal = AbortSignal.timeout(withinMs)
  const apt = (...args: string[]) =>
    execute('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=120', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      signal,
      maxBuffer: 64 * 1024 * 1024,
    })
  try {
    await apt('--version')
  } catch {
    return 'no apt-get here'
  }
  begins()
  try {
    // One source out of several may be away; whether that matters shows in the next step.
    await apt('update').catch(() => {})
    await apt('install', '-y', '--no-install-recommends', name)
    return null
  } catch (error) {
    return `apt could not install ${name}: ${error instanceof Error ? lastLines(error.message) : error}`
  }
}

/** What a program says last is why it failed. */
export function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' ')
}
