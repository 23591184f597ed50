// @ts-check
// Plain JavaScript: the process that loads this, and its threads, have nothing that would compile it.
import { isMainThread } from 'node:worker_threads'

// Loaded into a process before its program: tells its parent how much memory it has, after collecting garbage.
if (isMainThread) {
  process.on('message', () => {
    for (let pass = 0; pass < 3; pass++) globalThis.gc?.()
    const { rss, heapUsed } = process.memoryUsage()
    process.send?.({ rssBytes: rss, heapBytes: heapUsed })
  })
  // Nobody is left to ask, or to stop it.
  process.on('disconnect', () => process.exit(1))
  // The channel alone does not keep the process.
  process.channel?.unref()
}
