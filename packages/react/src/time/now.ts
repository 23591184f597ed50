import { useSyncExternalStore } from 'react'
import { now } from './clock.ts'

const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

/** One timer for every time on the page. */
function everySecond(listener: () => void): () => void {
  if (listeners.size === 0) {
    timer = setInterval(() => {
      for (const told of listeners) told()
    }, 1_000)
  }
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) clearInterval(timer)
  }
}

/** The time in whole steps, so that nothing is drawn more often than it changes. */
export function useNow(stepMs = 10_000): number {
  const read = () => Math.floor(now() / stepMs) * stepMs
  return useSyncExternalStore(everySecond, read, read)
}
