import { access } from 'node:fs/promises'
import { installByApt } from '../../scripts/stores/apt.ts'

/** The variant for programs with threads, where the packages put it: Debian and Ubuntu, Alpine and Arch, Homebrew. */
const places = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib/faketime/libfaketimeMT.so.1',
  '/usr/local/lib/faketime/libfaketimeMT.so.1',
]
/** A row must not wait for it for ever. */
const installWithinMs = 60_000

export type ShiftedClock =
  | { kind: 'environment'; environment: NodeJS.ProcessEnv }
  | { kind: 'none'; reason: string }

/**
 * What makes a process believe in another time of day: libfaketime, which root on Debian gets by apt where it is not
 * installed. LIBFAKETIME names the library when it stands elsewhere.
 */
export async function shiftedClock(seconds: number): Promise<ShiftedClock> {
  libfaketime ??= findLibrary()
  const { path, reason } = await libfaketime
  if (path === undefined) return { kind: 'none', reason: `there is no libfaketime: ${reason}` }
  return {
    kind: 'environment',
    environment: {
      LD_PRELOAD: path,
      FAKETIME: `${seconds < 0 ? '' : '+'}${seconds}s`,
      // Clocks that count from the start of the machine are never five minutes off.
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
  }
}

/** Looked for, and installed, once. */
let libfaketime: Promise<{ path: string | undefined; reason: string }> | undefined

async function findLibrary(): Promise<{ path: string | undefined; reason: string }> {
  const named = process.env['LIBFAKETIME']
  if (named !== undefined) return { path: await firstOf([named]), reason: `LIBFAKETIME names ${named}` }
  const path = await firstOf(places)
  if (path !== undefined) return { path, reason: '' }
  const obstacle = await installByApt('faketime', () => {}, installWithinMs)
  return { path: await firstOf(places), reason: obstacle ?? 'apt has put it nowhere that is known here' }
}

async function firstOf(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const exists = await access(path).then(
      () => true,
      () => false,
    )
    if (exists) return path
  }
  return undefined
}
