import { useEffect, useSyncExternalStore } from 'react'

/** A page keeps itself up to date for this long after the last sign of the user. */
const absentAfterMs = 5 * 60_000

const signs = ['pointerdown', 'pointermove', 'keydown', 'focus', 'visibilitychange'] as const
const listeners = new Set<() => void>()
let isPresent = true
let isWatching = false
let timer: ReturnType<typeof setTimeout> | undefined

function setPresent(present: boolean): void {
  if (isPresent === present) return
  isPresent = present
  for (const listener of listeners) listener()
}

function look(): void {
  const isSeen = document.visibilityState === 'visible'
  clearTimeout(timer)
  if (isSeen) timer = setTimeout(() => setPresent(false), absentAfterMs)
  setPresent(isSeen)
}

/** From the first use on, and for as long as the page is there: a redraw is no sign of the user. */
function watch(): void {
  if (isWatching) return
  isWatching = true
  for (const sign of signs) addEventListener(sign, look, { passive: true, capture: true })
  look()
}

function subscribe(listener: () => void): () => void {
  watch()
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
  }
}

/**
 * How often to poll while the user is there and the page is in front; else not at all. Each call counts as activity of
 * the session, and a forgotten page must not keep one alive.
 */
export function usePollMs(everyMs: number): number | false {
  const present = useSyncExternalStore(
    subscribe,
    () => isPresent,
    () => true,
  )
  return present ? everyMs : false
}

/** Runs a task immediately, and again and again while the user is there. */
export function usePoll(task: () => void, everyMs: number): void {
  const pollMs = usePollMs(everyMs)
  useEffect(() => {
    if (pollMs === false) return
    task()
    const timer = setInterval(task, pollMs)
    return () => clearInterval(timer)
  }, [task, pollMs])
}
