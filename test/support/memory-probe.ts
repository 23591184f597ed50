/** Loaded into a process before its program: tells its parent how much memory it has, after collecting garbage. */
export type MemoryReport = { rssBytes: number; heapBytes: number }

process.on('message', () => {
  for (let pass = 0; pass < 3; pass++) globalThis.gc?.()
  const { rss, heapUsed } = process.memoryUsage()
  const report: MemoryReport = { rssBytes: rss, heapBytes: heapUsed }
  process.send?.(report)
})
// Nobody is left to ask, or to stop it.
process.on('disconnect', () => process.exit(1))
// The channel alone does not keep the process.
process.channel?.unref()
