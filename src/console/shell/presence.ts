import { useEffect, useSyncExternalStore } from 'react'

/** A page is asked to stay up to date for as long after the last sign of somebody. */
const absentAfterMs = 5 * 60_000

const signs = ['pointerdown', 'pointermove', 'keydown', 'focus', 'visibilitychange'] as const
const listeners = new Set<() => void>()
let isPresent = true
let isWatching = false
let timer: ReturnType<typeof setTimeout> | undefined

function tell(present: boolean): void {
  if (isPresent === present) return
  isPresent = present
  for (const listener of listeners) listener()
}

function look(): void {
  const isSeen = document.visibilityState === 'visible'
  clearTimeout(timer)
  if (isSeen) timer = setTimeout(() => tell(false), absentAfterMs)
  tell(isSeen)
}

/** From the first question on, and for as long as the page is there: what is shown anew is no sign of somebody. */
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
 * How often to ask, while somebody is there and the page is not behind others; else not at all. Each question counts as
 * activity of the session, and a forgotten page must not keep one alive.
 */
export function usePollMs(everyMs: number): number | false {
  const present = useSyncExternalStore(subscribe, () => isPresent)
  return present ? everyMs : false
}

/** Does something at once, and again and again while somebody is there. */
export function usePoll(task: () => void, everyMs: number): void {
  const pollMs = usePollMs(everyMs)
  useEffect(() => {
    if (pollMs === false) return
    task()
    const timer = setInterval(task, pollMs)
    return () => clearInterval(timer)
  }, [task, pollMs])
}
