import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { inject } from 'vitest'
import { type Child, startChild, untilReady } from '../../scripts/stores/child.ts'
// For the types of what it provides.
import type {} from './global-setup.ts'

const execute = promisify(execFile)

export type Environment = Record<string, string>

export type Program = {
  /** All that it has printed so far. */
  output(): string
  stop(): Promise<void>
}

/** One folder of `examples/`, used by the commands that its page shows. Where it is installed it is a copy. */
export function example(name: string, examples = inject('examplesFolder')) {
  const cwd = join(examples, name)

  /** What it prints, and the exit code that it ends with. */
  async function run(command: string, args: readonly string[], environment: Environment = {}) {
    const options = { cwd, env: { ...process.env, ...environment }, maxBuffer: 16 * 1024 * 1024 }
    return await execute(command, args, options).then(
      ({ stdout, stderr }) => ({ exitCode: 0, output: stdout + stderr }),
      (error: { code?: number | string; stdout?: string; stderr?: string }) => ({
        exitCode: error.code,
        output: `${error.stdout ?? ''}${error.stderr ?? ''}`,
      }),
    )
  }

  return {
    folder: cwd,
    run,

    /** Throws with the output unless it ends well. */
    async perform(command: string, args: readonly string[], environment: Environment = {}): Promise<void> {
      const { exitCode, output } = await run(command, args, environment)
      if (exitCode !== 0) throw new Error(`${command} ${args.join(' ')} in ${name}: ${exitCode}\n${output}`)
    },

    /** Returns when something answers at that URL, whatever it says. */
    async start(
      [command, ...args]: [string, ...string[]],
      environment: Environment,
      url: string,
    ): Promise<Program> {
      const env = { ...process.env, ...environment }
      const child = await startChild(command, args, { stopSignal: 'SIGTERM', output: 'pipe', cwd, env })
      let output = ''
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on('data', (chunk: Buffer) => {
          output += chunk.toString()
        })
      }
      await untilReady(child, 120_000, () => fetch(url)).catch((error: unknown) => {
        child.kill()
        throw new Error(`${name} did not start\n${output}`, { cause: error })
      })
      return { output: () => output, stop: () => end(child) }
    },
  }
}

/** npm starts a shell, and that the program: all of them. */
async function end(child: Child): Promise<void> {
  child.kill()
  await child.exited
}
