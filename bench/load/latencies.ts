import { createHistogram } from 'node:perf_hooks'

/** Latencies of one job, kept in microseconds. */
export function collectLatencies() {
  const histogram = createHistogram()
  const percentile = (which: number) => (histogram.count === 0 ? null : histogram.percentile(which) / 1000)
  return {
    record(milliseconds: number): void {
      // A histogram begins at 1.
      histogram.record(Math.max(1, Math.round(milliseconds * 1000)))
    },
    count: () => histogram.count,
    summary: () => ({ p50Ms: percentile(50), p99Ms: percentile(99) }),
  }
}
