import type { Post } from './bench.ts'
import { shiftedClock } from './faketime.ts'
import type { Row } from './row.ts'

/** Longer than an access token lives here. */
const shiftSeconds = 300

/** Instances are mistaken about the time of day, and nobody notices. */
export const wrongClocks: Row = {
  title: 'the clock of one instance is five minutes fast, that of another five minutes slow',
  async cannotRun() {
    const clock = await shiftedClock(shiftSeconds)
    return clock.kind === 'none' ? clock.reason : null
  },
  async fault({ bench, restart, hold }) {
    const [, fast, slow] = bench.posts
    await Promise.all([
      restart(fast, await environmentOf(shiftSeconds)),
      restart(slow, await environmentOf(-shiftSeconds)),
    ])
    await mustBeOff(fast, shiftSeconds)
    await mustBeOff(slow, -shiftSeconds)
    await hold(2_000)
    await Promise.all([restart(fast), restart(slow)])
  },
}

async function environmentOf(seconds: number): Promise<NodeJS.ProcessEnv> {
  const clock = await shiftedClock(seconds)
  if (clock.kind === 'none') throw new Error(clock.reason)
  return clock.environment
}

/** By the `Date` of its answers, which is the one thing that may show it. */
async function mustBeOff(post: Post, seconds: number): Promise<void> {
  const { headers } = await fetch(`${post.url}/health/live`)
  const offMs = Date.parse(headers.get('date') ?? '') - Date.now()
  // The header has whole seconds.
  if (!(Math.abs(offMs - seconds * 1000) < 5_000)) {
    throw new Error(`the clock of instance ${post.name} is off by ${offMs} ms, not by ${seconds} s`)
  }
}
