import { randomBytes, timingSafeEqual } from 'node:crypto'
import { availableParallelism } from 'node:os'
import type { Clock } from '../../clock.ts'
import { createConcurrencyLimit } from './concurrency-limit.ts'
import { toBase64 } from './imported/encoding.ts'
import type { ImportedHash, Recipe } from './imported/recipe.ts'
import { readStored, type StoredHash, wrap } from './imported/stored.ts'
import { createImportedLane } from './imported-lane.ts'
import { argon2Parameters, prefixOf } from './parameters.ts'
import { createHashingThreads } from './threads.ts'

export type Passwords = ReturnType<typeof createPasswords>

/** Hashing fills a core for some 20 ms; one is left to the event loop. */
const runningAtOnce = Math.max(1, Math.min(3, availableParallelism() - 1))
/**
 * More than are through within the patience: most of those who come too many wait for it, and so come again the later;
 * a client that is refused right away is back right away.
 */
const waitingAtMost = 250
/** What argon2id takes at the least (RFC 9106 §3.1). */
const cheapest = { memoryCost: 8, timeCost: 1, parallelism: 1 }
/** Leaves a sign-in its other round trips within the two seconds that a request may take. */
const patienceMs = 1_000
const niceness = 8

export type Checked = {
  matches: boolean
  /**
   * For a refusal: takes the time by which this check was shorter than one of the slowest hash that any user has. Throws
   * `overloaded` where that one would have been refused for want of time.
   */
  evenOut: () => Promise<void>
}

/**
 * Hashes and checks passwords, so many at a time, in threads of low priority that start when they are needed. Its verbs
 * throw `overloaded` when too many wait.
 */
export function createPasswords(clock: Pick<Clock, 'monotonic'>, parameters = argon2Parameters) {
  const limit = createConcurrencyLimit({ running: runningAtOnce, waiting: waitingAtMost, patienceMs })
  const threads = createHashingThreads({ most: runningAtOnce, niceness })
  const imported = createImportedLane(clock)
  const nobody = hashOfNobody(parameters)
  const prefix = prefixOf(parameters)

  const verify = (phc: string, password: string): Promise<boolean> =>
    limit.run(() => threads.run({ passwordHash: phc, password }, { name: 'verify' }))

  async function checkTodays(passwordHash: string | null, password: string): Promise<Checked> {
    try {
      const matches = await verify(passwordHash ?? nobody, password)
      return { matches: matches && passwordHash !== null, evenOut: imported.evenOut }
    } catch (error) {
      await imported.evenOut()
      throw error
    }
  }

  /** The same steps as for all others, in another order: the imported lane, and one argon2id of today. */
  async function checkImported(stored: ImportedStored, password: string): Promise<Checked> {
    const recipe = stored.kind === 'wrapped' ? stored.recipe : stored.hash.recipe
    const made = await imported.digest(recipe, password)
    const digest = made.kind === 'made' ? made.digest : Buffer.alloc(0)
    const isWrapped = await verify(stored.kind === 'wrapped' ? stored.phc : nobody, toBase64(digest))
    if (made.kind === 'no_time') return { matches: false, evenOut: () => Promise.reject(made.problem) }
    const matches = stored.kind === 'wrapped' ? isWrapped : isEqual(digest, stored.hash.digest)
    return { matches, evenOut: made.evenOut }
  }

  return {
    /** argon2id, in the PHC string format. The password is taken as it is: not trimmed, cut or normalised. */
    hash: (password: string): Promise<string> =>
      limit.run(() => threads.run({ password, parameters }, { name: 'hash' })),

    /** Nothing matches for a user without a password, and for no user at all, after the same work. */
    async check(passwordHash: string | null, password: string): Promise<Checked> {
      if (passwordHash === null || passwordHash.startsWith(prefix))
        return await checkTodays(passwordHash, password)
      const stored = readStored(passwordHash)
      return stored.kind === 'unreadable'
        ? await checkTodays(null, password)
        : await checkImported(stored, password)
    },

    /** What is stored for a hash of another system. For a program that does nothing else: it waits for no turn. */
    async wrap({ recipe, digest }: ImportedHash): Promise<string> {
      if (isTodays(recipe, parameters)) return `${prefix}${recipe.salt}$${toBase64(digest)}`
      // The library takes text only.
      return wrap(recipe, await threads.run({ password: toBase64(digest), parameters }, { name: 'hash' }))
    },

    /** Whether a hash is not of today's parameters: only equal ones take equal time. */
    needsRehash: (passwordHash: string): boolean => !passwordHash.startsWith(prefix),

    /** @param examples of the imported hashes that users have, one of each cost at least */
    async learnImported(examples: readonly string[]): Promise<void> {
      const recipes = examples.map(readStored).flatMap(stored => recipeOf(stored) ?? [])
      await imported.learn(recipes)
    },

    /** Starts a thread, so that the first to sign in need not wait for it. */
    async warmUp(): Promise<void> {
      await threads.run({ password: '', parameters: cheapest }, { name: 'hash' })
    },

    /** A caller that came now would be refused. */
    isOverloaded: limit.isFull,
  }
}

type ImportedStored = Exclude<StoredHash, { kind: 'unreadable' }>

function recipeOf(stored: StoredHash): Recipe | null {
  if (stored.kind === 'unreadable') return null
  return stored.kind === 'wrapped' ? stored.recipe : stored.hash.recipe
}

function isTodays(recipe: Recipe, { memoryCost, timeCost, parallelism }: typeof argon2Parameters): boolean {
  return (
    recipe.algorithm === 'argon2id' &&
    recipe.version === 19 &&
    recipe.memoryKib === memoryCost &&
    recipe.passes === timeCost &&
    recipe.lanes === parallelism
  )
}

function isEqual(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other)
}

/** A hash that no password has, of today's cost: an unknown e-mail address takes as long as a wrong password. */
function hashOfNobody(parameters: typeof argon2Parameters): string {
  const [salt, digest] = [16, 32].map(length => toBase64(randomBytes(length)))
  return `${prefixOf(parameters)}${salt}$${digest}`
}
