/** How far the service's clock is ahead of the browser's, in milliseconds; 0 until it is known to be wrong. */
let aheadMs = 0

/** A `Date` header has whole seconds, and took its time to arrive: what is nearer than this is right. */
const tolerableMs = 5_000

/** For what is shown only: "two minutes ago", which a wrong clock of the browser must not turn into "in an hour". */
export function now(): number {
  return Date.now() + aheadMs
}

/** Takes the moment at which the service says that it has answered. */
export function setClockBy(answer: Response): void {
  const at = Date.parse(answer.headers.get('date') ?? '')
  if (Number.isNaN(at)) return
  const differenceMs = at - Date.now()
  aheadMs = Math.abs(differenceMs) < tolerableMs ? 0 : differenceMs
}
