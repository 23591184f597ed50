/** How a number was spread over what was measured. */
export type Distribution = { count: number; median: number; p99: number; max: number }

/** Nearest rank: every figure is one that was measured. All are 0 when nothing was. */
export function distributionOf(samples: readonly number[]): Distribution {
  const sorted = [...samples].sort((one, other) => one - other)
  const at = (share: number) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
  return { count: sorted.length, median: at(0.5), p99: at(0.99), max: at(1) }
}
