import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { buildApp } from './app.ts'
import { readConfig } from './config/config.ts'
import { buildMetricsServer } from './http/metrics-server.ts'
import { serviceJobs } from './jobs/jobs.ts'
import { startJobs } from './jobs/scheduler.ts'
import { logDestination } from './log/destination.ts'
import { keepNextTickFast } from './next-tick.ts'
import { createLogger } from './observability.ts'
import { refuse } from './refuse.ts'
import { createServices, SchemaError } from './services.ts'
import { connectionRefusal } from './store/postgres/failure.ts'

/** Milliseconds after which a shutdown is forced. */
const shutdownLimitMs = 10_000
/** Milliseconds between readiness failing and the port closing, so that load balancers notice. */
const drainMs = 500
/** Milliseconds from closing the port to closing the remaining connections: no request takes longer than two seconds. */
const answersMs = 3_000

/** Serves until SIGTERM or SIGINT. A failed start is one line on standard error and exit code 1. */
async function serve(): Promise<void> {
  keepNextTickFast()
  const config = readConfig()
  // Its code is loaded only if tracing is enabled.
  const tracing = config.tracing ? await import('./tracing/tracing.ts') : null
  const logger = createLogger(config.logLevel, logDestination(config.logFormat), tracing?.traceOfLine)
  const traces = tracing?.startTracing(logger)
  for (const line of config.warnings) logger.warn(line)
  const services = createServices(config, logger)
  try {
    await services.start()
  } catch (error) {
    if (error instanceof SchemaError) throw error
    // Not a reason to exit: it responds with 503, and recovers when the database is up.
    const reason = connectionRefusal(error)
    logger.warn(reason === null ? { err: error } : { reason }, 'started without the database')
  }

  const app = await buildApp(services, tracing === null ? {} : { observe: tracing.nameSpansByRoute })
  await services.follow()
  const address = await app.listen({ host: config.host, port: config.port })
  services.listening()
  logger.info({ address }, 'listening')
  const metrics = buildMetricsServer(services.metrics)
  if (config.metricsPort > 0) await metrics.listen({ host: config.host, port: config.metricsPort })
  const jobs = startJobs(serviceJobs(services), logger)

  let stopping = false
  async function stop(signal: string): Promise<void> {
    if (stopping) process.exit(1)
    stopping = true
    logger.info({ signal }, 'stopping')
    setTimeout(() => process.exit(1), shutdownLimitMs).unref()
    services.drain()
    await sleep(drainMs)
    // A failed close must not prevent collected data from being written.
    await Promise.allSettled([closeServer(app), closeServer(metrics)])
    await jobs.stop()
    await services.close()
    if (traces === undefined) return
    await traces.stop()
    // Pending exports to the collector would keep the process alive.
    process.exit()
  }
  process.on('SIGTERM', signal => void stop(signal))
  process.on('SIGINT', signal => void stop(signal))
}

/** Accepts no more connections, and resolves when all have ended. */
async function closeServer(app: FastifyInstance): Promise<void> {
  // While it closes, Node does not enforce its timeouts. Clients that never finish a request or never close their connection
  // must not prevent collected data from being written.
  const cut = setTimeout(() => app.server.closeAllConnections(), answersMs)
  await app.close().finally(() => clearTimeout(cut))
}

await serve().catch(refuse)
