import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../clock.ts'
import { Problem } from '../../errors.ts'
import { createConcurrencyLimit } from './concurrency-limit.ts'
import { type Recipe, workOf } from './imported/recipe.ts'
import { createHashingThreads } from './threads.ts'

/** One at a time, so that guesses at imported users never take a thread from the others (docs/adr/0090). */
const limits = { running: 1, waiting: 250, patienceMs: 1_000 }
/** As for hashes of today: on a core that both want, each gets half. */
const niceness = 8
/** Of each algorithm. */
const samplesKept = 16
/** A sample that is older may be from a less busy time. */
const freshMs = 60_000

/** How long the costliest hash of one algorithm takes, as measured. */
type Timed = { recipe: Recipe; work: number; samples: number[]; noted: number; notedAt: number }

export type Digested =
  | { kind: 'made'; digest: Buffer; evenOut: () => Promise<void> }
  /** Too many wait for the lane. */
  | { kind: 'no_time'; problem: Problem }

export type ImportedLane = ReturnType<typeof createImportedLane>

/**
 * Computes what other systems made of passwords, in a lane of its own, and lets every refusal take as long as one of the
 * slowest algorithm that any user still has. Otherwise the time of a refusal would tell that an address is known.
 */
export function createImportedLane({ monotonic }: Pick<Clock, 'monotonic'>) {
  const limit = createConcurrencyLimit(limits)
  const threads = createHashingThreads({ most: 1, niceness })
  const timed = new Map<Recipe['algorithm'], Timed>()

  async function measure(recipe: Recipe, password: string): Promise<{ digest: Buffer; ms: number }> {
    const startedAt = monotonic()
    const digest: Uint8Array = await threads.run({ recipe, password }, { name: 'digest' })
    const ms = monotonic() - startedAt
    note(recipe, ms)
    return { digest: Buffer.from(digest), ms }
  }

  function note(recipe: Recipe, ms: number): void {
    const work = workOf(recipe)
    const known = timed.get(recipe.algorithm)
    if (known !== undefined && known.work > work) return
    const entry =
      known?.work === work
        ? known
        : { recipe, work, samples: [], noted: 0, notedAt: Number.NEGATIVE_INFINITY }
    entry.samples[entry.noted++ % samplesKept] = ms
    entry.notedAt = monotonic()
    timed.set(recipe.algorithm, entry)
  }

  function slowest(): Timed | null {
    let found: Timed | null = null
    for (const entry of timed.values()) {
      if (found === null || medianOf(entry.samples) > medianOf(found.samples)) found = entry
    }
    return found
  }

  /** Waits in the lane like a hash of the slowest algorithm, and then for as long as one takes, without the work. */
  async function evenOut(): Promise<void> {
    if (slowest() === null) return
    const owedMs = await limit.run(async () => {
      const aim = slowest()
      if (aim === null) return 0
      if (monotonic() - aim.notedAt <= freshMs) return anyOf(aim.samples)
      await measure(aim.recipe, '')
      return 0
    })
    await sleep(owedMs)
  }

  /** After the work of one algorithm: what is left of the slowest one's time. */
  async function evenOutAfter(recipe: Recipe, ms: number): Promise<void> {
    const aim = slowest()
    const isSlowest =
      aim === null || (aim.recipe.algorithm === recipe.algorithm && aim.work <= workOf(recipe))
    if (!isSlowest) await sleep(Math.max(0, anyOf(aim.samples) - ms))
  }

  return {
    evenOut,

    /** `evenOut` is for a refusal; a sign-in that succeeds need not wait. */
    async digest(recipe: Recipe, password: string): Promise<Digested> {
      try {
        const { digest, ms } = await limit.run(() => measure(recipe, password))
        return { kind: 'made', digest, evenOut: () => evenOutAfter(recipe, ms) }
      } catch (error) {
        if (error instanceof Problem) return { kind: 'no_time', problem: error }
        throw error
      }
    },

    /** All that users have now, by one example of each cost. Those that are new are measured. */
    async learn(recipes: readonly Recipe[]): Promise<void> {
      const costliest = costliestOf(recipes)
      for (const [algorithm, { work }] of timed) {
        const recipe = costliest.get(algorithm)
        if (recipe === undefined || workOf(recipe) < work) timed.delete(algorithm)
      }
      for (const recipe of costliest.values()) {
        if (timed.get(recipe.algorithm)?.work !== workOf(recipe)) await calibrate(recipe)
      }
    },
  }

  /** The first time counts for nothing: it loads libraries and starts the thread. */
  async function calibrate(recipe: Recipe): Promise<void> {
    const measured = limit.run(async () => {
      await threads.run({ recipe, password: '' }, { name: 'digest' })
      await measure(recipe, '')
      await measure(recipe, '')
    })
    await measured.catch(error => {
      // Hashes of users keep the lane busy; those are measured, and this is tried again.
      if (!(error instanceof Problem)) throw error
    })
  }
}

function costliestOf(recipes: readonly Recipe[]): Map<Recipe['algorithm'], Recipe> {
  const costliest = new Map<Recipe['algorithm'], Recipe>()
  for (const recipe of recipes) {
    const other = costliest.get(recipe.algorithm)
    if (other === undefined || workOf(other) < workOf(recipe)) costliest.set(recipe.algorithm, recipe)
  }
  return costliest
}

function medianOf(samples: readonly number[]): number {
  return [...samples].sort((a, b) => a - b)[Math.floor(samples.length / 2)] ?? 0
}

/** Any of them: equal in the spread as well. */
function anyOf(samples: readonly number[]): number {
  return samples[Math.floor(Math.random() * samples.length)] ?? 0
}
