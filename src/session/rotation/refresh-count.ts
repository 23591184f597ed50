/** Counts refreshes in memory, for the statistics: one write now and then, not one a refresh. */
export type RefreshCount = {
  note(): void
  /** Writes what was counted. What cannot be written stays counted; after a crash up to one interval is lost. */
  flush(): Promise<void>
}

export function createRefreshCount(write: (refreshes: number) => Promise<void>): RefreshCount {
  let pending = 0
  return {
    note() {
      pending++
    },
    async flush() {
      if (pending === 0) return
      const writing = pending
      pending = 0
      try {
        await write(writing)
      } catch (error) {
        pending += writing
        throw error
      }
    },
  }
}
