import { useCallback, useEffect, useRef, useState } from 'react'
import { usePoll } from '../presence/presence.ts'
import { useLatchkey } from '../provider/context.ts'
import type { AccountEvent } from './event-text.ts'

const pageSize = 15

type Loaded = { events: readonly AccountEvent[]; nextCursor: string | null }

export type UseSecurityActivity = {
  /** Newest first. */
  events: readonly AccountEvent[]
  /** Until the first events are there. */
  loading: boolean
  hasMore: boolean
  isLoadingMore: boolean
  loadMore(): void
  /** Reads the newest events again. */
  reload(): void
  error: Error | null
}

/** What has happened to the account of the user. The newest events are read again while the user is there. */
export function useSecurityActivity(pollMs = 10_000): UseSecurityActivity {
  const client = useLatchkey()
  const [loaded, setLoaded] = useState<Loaded | null>(null)
  const [error, setError] = useState<Error | null>(null)
  const [isLoadingMore, setLoadingMore] = useState(false)
  const isThere = useRef(true)

  useEffect(() => {
    isThere.current = true
    return () => {
      isThere.current = false
    }
  }, [])

  const read = useCallback(
    async (cursor: string | null, merge: (before: Loaded | null, page: Loaded) => Loaded) => {
      try {
        const query = { limit: pageSize, ...(cursor === null ? {} : { cursor }) }
        const { events, nextCursor = null } = await client.request('GET /v1/events', { query })
        if (!isThere.current) return
        setLoaded(before => merge(before, { events, nextCursor }))
        setError(null)
      } catch (cause) {
        if (isThere.current) setError(cause instanceof Error ? cause : new Error(String(cause)))
      }
    },
    [client],
  )
  const reload = useCallback(() => void read(null, withNewer), [read])
  usePoll(reload, pollMs)

  async function more(): Promise<void> {
    if (isLoadingMore || loaded === null || loaded.nextCursor === null) return
    setLoadingMore(true)
    await read(loaded.nextCursor, withOlder)
    if (isThere.current) setLoadingMore(false)
  }

  return {
    events: loaded?.events ?? [],
    loading: loaded === null,
    hasMore: loaded !== null && loaded.nextCursor !== null,
    isLoadingMore,
    loadMore: () => void more(),
    reload,
    error,
  }
}

/** Where more than a page is new, what lies between is not known, so the list begins anew. */
export function withNewer(before: Loaded | null, page: Loaded): Loaded {
  if (before === null) return page
  const known = new Set(before.events.map(({ id }) => id))
  const newer = page.events.filter(({ id }) => !known.has(id))
  if (newer.length === page.events.length && before.events.length > 0) return page
  return { events: [...newer, ...before.events], nextCursor: before.nextCursor }
}

export function withOlder(before: Loaded | null, page: Loaded): Loaded {
  const known = new Set(before?.events.map(({ id }) => id))
  const older = page.events.filter(({ id }) => !known.has(id))
  return { events: [...(before?.events ?? []), ...older], nextCursor: page.nextCursor }
}
