const mostIntervals = 4
const fewestIntervals = 2

/** The top of an axis for counts up to `most`, and the values it labels: zero and two to four more, evenly spaced. */
export function scaleOf(most: number): { top: number; ticks: number[] } {
  const step = stepOf(most)
  const intervals = Math.max(fewestIntervals, Math.ceil(most / step))
  const ticks = Array.from({ length: intervals + 1 }, (_, tick) => tick * step)
  return { top: intervals * step, ticks }
}

/** The smallest of 1, 2, 5, 10, 20, 50, … that needs few enough intervals. */
function stepOf(most: number): number {
  for (let power = 1; ; power *= 10) {
    for (const digit of [1, 2, 5]) {
      if (Math.ceil(most / (digit * power)) <= mostIntervals) return digit * power
    }
  }
}
