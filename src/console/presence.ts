import { useSyncExternalStore } from 'react'

/** A page is asked to stay up to date for as long after the last sign of somebody. */
const absentAfterMs = 5 * 60_000

const signs = ['pointerdown', 'pointermove', 'keydown', 'focus'] as const
const listeners = new Set<() => void>()
let isPresent = true
let timer: ReturnType<typeof setTimeout> | undefined

function tell(present: boolean): void {
  if (isPresent === present) return
  isPresent = present
  for (const listener of listeners) listener()
}

function noticeSomebody(): void {
  clearTimeout(timer)
  timer = setTimeout(() => tell(false), absentAfterMs)
  tell(true)
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    for (const sign of signs) addEventListener(sign, noticeSomebody, { passive: true })
    noticeSomebody()
  }
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearTimeout(timer)
    for (const sign of signs) removeEventListener(sign, noticeSomebody)
  }
}

/**
 * How often to ask, while somebody is there; else not at all. Each question counts as activity of the session, and a
 * forgotten page must not keep one alive.
 */
export function usePollMs(everyMs: number): number | false {
  const present = useSyncExternalStore(subscribe, () => isPresent)
  return present ? everyMs : false
}
