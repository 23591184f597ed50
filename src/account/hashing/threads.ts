import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'

const idleMs = 600_000

/**
 * Threads that hash, started when they are needed. `niceness` is what they give way by: to the scheduler a thread that
 * is 8 nicer weighs a sixth of the event loop, so requests of users who are signed in come first.
 */
export function createHashingThreads({ most, niceness }: { most: number; niceness: number }): Piscina {
  const threads = new Piscina({
    filename: fileURLToPath(new URL('hashing-thread.js', import.meta.url)),
    minThreads: 0,
    maxThreads: most,
    idleTimeout: idleMs,
    niceIncrement: niceness,
  })
  // The pool starts another thread; without a listener, one that fails while it is idle would end the process.
  threads.on('error', () => undefined)
  return threads
}
