import { useState } from 'react'

const key = 'latchkey:known-events'
/** Enough for what a list shows; the oldest are forgotten. */
const mostKept = 100

function read(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '[]')
    return Array.isArray(kept) ? kept.filter(id => typeof id === 'string') : []
  } catch {
    return []
  }
}

/** Events of which the user has said “Yes, it was me”, in this browser. Without a storage: until the page is left. */
export function useKnownEvents(): { isKnown(id: string): boolean; know(id: string): void } {
  const [known, setKnown] = useState(read)
  return {
    isKnown: id => known.includes(id),
    know(id) {
      const next = [id, ...read().filter(other => other !== id)].slice(0, mostKept)
      setKnown(next)
      try {
        localStorage.setItem(key, JSON.stringify(next))
      } catch {}
    },
  }
}
