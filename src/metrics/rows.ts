import { Gauge, type Registry } from 'prom-client'
import type { Clock } from '../clock.ts'

/** Counts of rows in the database; the same from every instance. */
export type CountedRows = {
  live: { byClientType: Record<string, number>; byAuthMethod: Record<string, number> }
  /** How long the oldest session that cleanup should delete has been due; 0 if there is none. */
  cleanupBehindSeconds: number
}

/** However often it is scraped. */
const readEveryMs = 30_000

/** A value that could not be read has no sample, rather than an old one. */
export function rowMetrics(read: () => Promise<CountedRows>, clock: Clock, registers: Registry[]): void {
  let readAt = Number.NEGATIVE_INFINITY
  let reading: Promise<CountedRows | null> = Promise.resolve(null)

  /** Shared by all gauges of one scrape and of the next ones. */
  function latest(): Promise<CountedRows | null> {
    if (clock.monotonic() - readAt >= readEveryMs) {
      readAt = clock.monotonic()
      reading = read().catch(() => null)
    }
    return reading
  }

  function liveGauge(
    name: string,
    label: string,
    counts: (rows: CountedRows) => Record<string, number>,
  ): void {
    new Gauge({
      name,
      help: 'Live sessions, counted in the database. All instances report the same number.',
      labelNames: [label],
      registers,
      async collect() {
        const rows = await latest()
        this.reset()
        if (rows === null) return
        for (const [value, count] of Object.entries(counts(rows))) this.set({ [label]: value }, count)
      },
    })
  }

  liveGauge('latchkey_sessions_live', 'client_type', rows => rows.live.byClientType)
  liveGauge('latchkey_sessions_live_by_auth_method', 'auth_method', rows => rows.live.byAuthMethod)
  new Gauge({
    name: 'latchkey_cleanup_behind_seconds',
    help: 'How long the oldest session that cleanup should delete has been due.',
    registers,
    async collect() {
      const rows = await latest()
      this.remove()
      if (rows !== null) this.set(rows.cleanupBehindSeconds)
    },
  })
}
