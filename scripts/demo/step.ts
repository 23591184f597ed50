import type { Device } from './device.ts'
import type { Service } from './service.ts'

/** A part of the story. To add one: write it into `steps/`, and name it in `steps.ts`. */
export interface Step {
  title: string
  /** What it shows, in one line that needs no technical knowledge. */
  shows: string
  /** Throws when it does not go as told. */
  run(story: Story): Promise<void>
}

/** What the steps share; each goes on from where the last one has left it. */
export interface Story extends Service {
  laptop: Device
  phone: Device
  /** Says what was seen. */
  observe(line: string): void
}

/** Throws, in words that say what was expected. */
export function must(condition: boolean, expectation: string): void {
  if (!condition) throw new Error(expectation)
}
