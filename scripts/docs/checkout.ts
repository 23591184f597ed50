import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { startChild } from '../stores/child.ts'

/** A checkout in which a reader tries out what the pages say, with the service of `npm run dev` beside it. */
export type Checkout = {
  directory: string
  url: string
  /** For the shell of a page, with `latchkey` on the path. */
  env: NodeJS.ProcessEnv
  stop(): Promise<void>
}

const left = new Set(['.git', '.latchkey', 'dist', 'node_modules'])
const startMs = 90_000

/** A copy, so that what runs neither finds nor leaves anything in `root`. */
export async function openCheckout(root: string): Promise<Checkout> {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-docs-'))
  const remove = () => rm(directory, { recursive: true, force: true })
  try {
    await cp(root, directory, {
      recursive: true,
      filter: source =>
        !relative(root, source)
          .split(sep)
          .some(part => left.has(part)),
    })
    await symlink(join(root, 'node_modules'), join(directory, 'node_modules'))
    await putCommand(directory)
    const { url, stop } = await serve(directory)
    return {
      directory,
      url,
      env: { ...ownEnvironment(), PATH: `${join(directory, 'bin')}:${process.env['PATH']}` },
      async stop() {
        await stop()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

/** The pages call the command by its name, as if it were installed. */
async function putCommand(directory: string): Promise<void> {
  await mkdir(join(directory, 'bin'))
  const command = 'exec node --env-file=.latchkey/env --import tsx src/cli.ts "$@"'
  await writeFile(join(directory, 'bin', 'latchkey'), `#!/bin/sh\n${command}\n`, { mode: 0o755 })
}

/** As docs/reference/api.md says to start it, on stores of its own. */
async function serve(cwd: string): Promise<{ url: string; stop(): Promise<void> }> {
  const service = await startChild(
    process.execPath,
    // What the pages show is what one reader has done.
    ['--import', import.meta.resolve('tsx'), 'scripts/dev.ts', '--quiet'],
    {
      stopSignal: 'SIGTERM',
      output: 'pipe',
      cwd,
      env: { ...ownEnvironment(), REGISTRATION: 'open', ALLOWED_ORIGINS: 'https://app.example.com' },
    },
  )
  let told = ''
  const isUp = new Promise<string>((resolve, reject) => {
    for (const stream of [service.stdout, service.stderr]) {
      stream?.on('data', chunk => {
        told += chunk
        const url = /Latchkey is up: (\S+)/.exec(told)?.[1]
        if (url !== undefined) resolve(url)
      })
    }
    void service.exited.then(how => reject(new Error(`npm run dev has ended (${how}):\n${told}`)))
    setTimeout(() => reject(new Error(`npm run dev is not up:\n${told}`)), startMs).unref()
  })
  try {
    return { url: await isUp, stop: () => service.stop() }
  } catch (error) {
    await service.stop()
    throw error
  }
}

/** Without what would lead to stores of somebody else, or put colours into what is read here. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const { DATABASE_URL, REDIS_URL, LATCHKEY_SECRET, PORT, FORCE_COLOR, ...rest } = process.env
  return { ...rest, NO_COLOR: '1' }
}
