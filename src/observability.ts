import { type DestinationStream, type Logger, pino } from 'pino'
import { loggedError } from './error-log.ts'

export type { Logger }

/**
 * One JSON line per event, with the name of its level and an RFC 3339 time in UTC. Possible secrets are removed at
 * every level. `mixin` adds to each line.
 */
export function createLogger(
  level: string,
  destination: DestinationStream = pino.destination(1),
  mixin?: () => object,
): Logger {
  return pino(
    {
      level,
      formatters: { level: label => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
      ...(mixin === undefined ? {} : { mixin }),
      serializers: { err: loggedError },
      redact: {
        paths: [
          'req.headers.authorization',
          'req.headers.cookie',
          'req.headers["x-latchkey-service-key"]',
          'res.headers["set-cookie"]',
          '*.password',
          '*.accessToken',
          '*.refreshToken',
          '*.deviceToken',
          '*.token',
        ],
        censor: '[redacted]',
      },
    },
    destination,
  )
}

/** The state of a store, as its users experience it. Each change and each remedy is logged once. */
export type StoreHealth = {
  reached(): void
  missed(error: unknown): void
  isUp(): boolean
}

/** Calls `listener` at each change. `remedyOf`: the remedy for a failure that does not recover without help, or null. */
export function createStoreHealth(
  store: string,
  logger: Logger,
  listener: (state: 'up' | 'down') => void,
  remedyOf: (error: unknown) => string | null = () => null,
): StoreHealth {
  let up: boolean | undefined
  let logged: string | null = null
  return {
    reached() {
      if (up === true) return
      if (up === false) logger.info({ store }, `${store} is up`)
      up = true
      logged = null
      listener('up')
    },
    missed(error) {
      const remedy = remedyOf(error)
      if (up === false && (remedy === null || remedy === logged)) return
      const reason = error instanceof Error ? error.message : String(error)
      logger.warn({ store, reason, ...(remedy === null ? {} : { remedy }) }, `${store} is down`)
      logged = remedy
      if (up === false) return
      up = false
      listener('down')
    },
    isUp: () => up === true,
  }
}

/**
 * For lines that would be written for every request during an outage: writes the first, then at most one per `everyMs` with
 * the number of omitted lines.
 */
export type SparseLog = (write: (leftOut: number) => void) => void

export function createSparseLog(everyMs: number, monotonic: () => number): SparseLog {
  let writtenAt = Number.NEGATIVE_INFINITY
  let leftOut = 0
  return write => {
    const now = monotonic()
    if (now - writtenAt < everyMs) {
      leftOut++
      return
    }
    write(leftOut)
    writtenAt = now
    leftOut = 0
  }
}
