import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseOptions } from '@node-rs/argon2'
import { Piscina } from 'piscina'
import { createConcurrencyLimit } from './concurrency-limit.ts'

export type Passwords = ReturnType<typeof createPasswords>

/** OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane. (Password Storage Cheat Sheet) */
export const argon2Parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Hashing fills a core for some 20 ms; one is left to the event loop. */
const runningAtOnce = Math.max(1, Math.min(3, availableParallelism() - 1))
/**
 * More than are through within the patience: of those who come too many, most wait for it and come the later for that;
 * whoever was refused at once would be back at once.
 */
const waitingAtMost = 250
/** What argon2id takes at the least (RFC 9106 §3.1). */
const cheapest = { memoryCost: 8, timeCost: 1, parallelism: 1 }
/** Leaves a sign-in its other round trips within the two seconds that a request may take. */
const patienceMs = 1_000

/** To the scheduler a thread of this niceness weighs a sixth of the event loop: who is signed in comes first. */
const niceness = 8
const threadIdlesMs = 600_000

/**
 * Hashes and checks passwords, so many at a time, in threads of low priority that start when they are needed. Its verbs
 * throw `overloaded` when too many wait.
 */
export function createPasswords(parameters = argon2Parameters) {
  const limit = createConcurrencyLimit({ running: runningAtOnce, waiting: waitingAtMost, patienceMs })
  const nobody = hashOfNobody(parameters)
  const threads = new Piscina({
    filename: fileURLToPath(new URL('hashing-thread.js', import.meta.url)),
    minThreads: 0,
    maxThreads: runningAtOnce,
    idleTimeout: threadIdlesMs,
    niceIncrement: niceness,
  })
  // The pool starts another thread; without a listener, one that fails while it is idle would end the process.
  threads.on('error', () => undefined)

  return {
    /** argon2id, in the PHC string format. The password is taken as it is: not trimmed, cut or normalised. */
    hash: (password: string): Promise<string> =>
      limit.run(() => threads.run({ password, parameters }, { name: 'hash' })),

    /** False for a user without a password, and for no user at all, after the same work. */
    async check(passwordHash: string | null, password: string): Promise<boolean> {
      const task = { passwordHash: passwordHash ?? nobody, password }
      const matches: boolean = await limit.run(() => threads.run(task, { name: 'verify' }))
      return matches && passwordHash !== null
    },

    /** Whether a hash was made with weaker parameters than today's, or by another algorithm. */
    needsRehash(passwordHash: string): boolean {
      if (!passwordHash.startsWith('$argon2id$')) return true
      const { memoryCost, timeCost, parallelism } = parseOptions(passwordHash)
      return (
        memoryCost < parameters.memoryCost ||
        timeCost < parameters.timeCost ||
        parallelism < parameters.parallelism
      )
    },

    /** Starts a thread, so that the first to sign in need not wait for it. */
    async warmUp(): Promise<void> {
      await threads.run({ password: '', parameters: cheapest }, { name: 'hash' })
    },

    /** Whoever came now would be told to come back later. */
    isOverloaded: limit.isFull,
  }
}

/** A hash that no password has, of today's cost: an unknown e-mail address takes as long as a wrong password. */
function hashOfNobody({ memoryCost, timeCost, parallelism }: typeof argon2Parameters): string {
  const [salt, digest] = [16, 32].map(length => randomBytes(length).toString('base64').replaceAll('=', ''))
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${salt}$${digest}`
}
