import { access } from 'node:fs/promises'

/** The variant for programs with threads, where the packages put it: Debian and Ubuntu, Alpine and Arch, Homebrew. */
const places = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib/faketime/libfaketimeMT.so.1',
  '/usr/local/lib/faketime/libfaketimeMT.so.1',
]

/**
 * What makes a process believe in another time of day (libfaketime; Debian: `apt install faketime`), or null where it
 * is not installed. LIBFAKETIME names the library when it stands elsewhere.
 */
export async function shiftedClock(seconds: number): Promise<NodeJS.ProcessEnv | null> {
  const named = process.env['LIBFAKETIME']
  for (const path of named === undefined ? places : [named]) {
    const exists = await access(path).then(
      () => true,
      () => false,
    )
    if (!exists) continue
    // Clocks that count from the start of the machine are never five minutes off.
    return {
      LD_PRELOAD: path,
      FAKETIME: `${seconds < 0 ? '' : '+'}${seconds}s`,
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    }
  }
  return null
}
