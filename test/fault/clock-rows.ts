import type { Post } from './bench.ts'
import { shiftedClock } from './faketime.ts'
import type { Row } from './row.ts'

const shiftSeconds = 300

/** An instance is mistaken about the time of day by more than an access token lives here, and nobody notices. */
export const fastClock = clockRow('the clock of one instance is five minutes fast', shiftSeconds)
const slowClock = clockRow('the clock of one instance is five minutes slow', -shiftSeconds)

export const clockRows: readonly Row[] = [fastClock, slowClock]

function clockRow(title: string, seconds: number): Row {
  return {
    title,
    async cannotRun() {
      const clock = await shiftedClock(seconds)
      return clock.kind === 'none' ? clock.reason : null
    },
    async fault({ bench, restart, hold }) {
      const [, post] = bench.posts
      const clock = await shiftedClock(seconds)
      if (clock.kind === 'none') throw new Error(clock.reason)
      await restart(post, clock.environment)
      await mustBeOff(post, seconds)
      await hold(2_000)
      await restart(post)
      await mustBeOff(post, 0)
    },
  }
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
