import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Whether the machine itself stood still: a contestant is not to blame for what it answers then. */
export type Standstills = {
  /** Begins to look: at what comes from now on. */
  restart(): void
  /**
   * Whether what has failed since `restart` is to be laid to the machine, and measured anew. Never more often than a few
   * times in a run: a machine that stands still all the time cannot be measured on.
   */
  excuse(): boolean
  /** How often it was. */
  excused(): number
  stop(): Promise<void>
}

/** Milliseconds. The service gives Postgres 0.8 s for a statement, and a commit waits for the disk. */
const standstillMs = 500
const lookEveryMs = 50
const mostExcuses = 5

/** Looks at the timer and at the disk again and again, from a process that has nothing else to do. */
export async function watchStandstills(folder: string): Promise<Standstills> {
  const file = await open(join(folder, 'standstills'), 'w')
  let longestMs = 0
  let lookedAt = performance.now()
  let excused = 0
  let stopping = false

  const delay = () => performance.now() - lookedAt - lookEveryMs

  async function look(): Promise<void> {
    while (!stopping) {
      lookedAt = performance.now()
      await sleep(lookEveryMs)
      await file.write('.', 0)
      await file.datasync()
      longestMs = Math.max(longestMs, delay())
    }
    await file.close()
  }

  const ended = look()
  return {
    restart() {
      longestMs = 0
    },
    excuse() {
      if (Math.max(longestMs, delay()) < standstillMs || excused === mostExcuses) return false
      excused++
      return true
    },
    excused: () => excused,
    async stop() {
      stopping = true
      await ended
    },
  }
}
