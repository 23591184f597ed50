import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process of ours that does not outlive us. */
export interface Child {
  pid: number
  /** How it ended, in words; settles once, whoever ended it. */
  exited: Promise<string>
  isRunning(): boolean
  /** Empty unless `output` is `pipe`. */
  stdout: Readable | null
  stderr: Readable | null
  /** Asks politely, insists after ten seconds, and returns when it is gone. */
  stop(): Promise<void>
  /** Ends it and what it has started itself at once, without asking. */
  kill(): void
}

export interface ChildOptions {
  stopSignal: 'SIGINT' | 'SIGTERM'
  /** An open file for stdout and stderr: unlike a pipe it does not break when we die first. */
  output: number | 'pipe'
  /** Written to its stdin, which is then closed. */
  input?: string
  env?: NodeJS.ProcessEnv
  argv0?: string
  cwd?: string
  account?: { uid: number; gid: number } | undefined
  /** A folder to delete if we die without having stopped it. */
  removeAfter?: string | undefined
}

// Reads until the pipe to us closes, which it does however we die (SIGKILL included), and then ends the child. A
// child that has ended is a zombie until its new parent takes note, which some containers' first process never does.
const WATCHDOG = `
gone() { ! kill -0 "$1" || grep -qs '^State:.Z' "/proc/$1/status"; }
read -r _
kill -s "$2" "$1"
n=0
until gone "$1" || [ $n -eq 15 ]; do n=$((n+1)); [ $n -ne 11 ] || kill -s KILL "$1"; sleep 1; done
[ -z "$3" ] || rm -rf -- "$3"
`

/** Rejects when the command cannot be started at all (not found, not executable). */
export async function startChild(command: string, args: string[], options: ChildOptions): Promise<Child> {
  const child = spawn(command, args, {
    // Its own process group: the terminal's Ctrl-C goes to us alone, and we stop things in order.
    detached: process.platform !== 'win32',
    // A folder that every account may enter; ours may be closed to the account it runs as.
    cwd: options.cwd ?? '/',
    env: options.env ?? process.env,
    stdio: [options.input === undefined ? 'ignore' : 'pipe', options.output, options.output],
    ...(options.argv0 === undefined ? {} : { argv0: options.argv0 }),
    ...(options.account === undefined ? {} : { uid: options.account.uid, gid: options.account.gid }),
  })
  const exited = new Promise<string>(resolve => {
    child.once('exit', (code, signal) => resolve(signal ? `ended by ${signal}` : `exit code ${code}`))
  })
  await once(child, 'spawn')
  const { pid } = child
  if (pid === undefined) throw new Error(`${command} did not start`)

  // An early death breaks this pipe; `exited` already tells of it.
  child.stdin?.on('error', () => {})
  child.stdin?.end(options.input)
  const dismissWatchdog = watchOver(pid, options.stopSignal, options.removeAfter ?? '')
  void exited.then(dismissWatchdog)
  // A script that forgets stop() still ends, and its end stops the child.
  child.unref()

  const isRunning = () => child.exitCode === null && child.signalCode === null
  return {
    pid,
    exited,
    isRunning,
    stdout: child.stdout,
    stderr: child.stderr,
    async stop() {
      if (!isRunning()) return
      child.ref()
      child.kill(options.stopSignal)
      const insist = setTimeout(() => child.kill('SIGKILL'), 30_000)
      await exited
      clearTimeout(insist)
    },
    kill() {
      if (!isRunning()) return
      if (process.platform === 'win32') child.kill('SIGKILL')
      else process.kill(-pid, 'SIGKILL')
    },
  }
}

function watchOver(pid: number, signal: 'SIGINT' | 'SIGTERM', removeAfter: string): () => void {
  if (process.platform === 'win32') return () => {}
  const args = ['-c', WATCHDOG, 'watchdog', String(pid), signal.slice(3), removeAfter]
  const watchdog = spawn('/bin/sh', args, {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  watchdog.on('error', () => {})
  watchdog.stdin.on('error', () => {})
  watchdog.unref()
  if (watchdog.stdin instanceof Socket) watchdog.stdin.unref()
  return () => watchdog.kill('SIGKILL')
}

/** Asks until `probe` succeeds, the child has ended or the time is over. */
export async function untilReady<T>(child: Child, timeoutMs: number, probe: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + timeoutMs
  let ended: string | undefined
  void child.exited.then(how => {
    ended = how
  })
  for (;;) {
    try {
      return await probe()
    } catch (error) {
      if (ended !== undefined) throw new Error(ended, { cause: error })
      if (Date.now() > deadline) throw new Error(`not ready after ${timeoutMs / 1000} s`, { cause: error })
      await sleep(50)
    }
  }
}
