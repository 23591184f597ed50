import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { defaultRateLimits } from '../../src/access/rate-limits.ts'
import { buildApp } from '../../src/app.ts'
import { type Config, readConfig } from '../../src/config/config.ts'
import { Problem } from '../../src/errors.ts'
import { createServices, type Services } from '../../src/services.ts'
import { captureLog, linesWithSecrets } from './captured-log.ts'

/** An instance of the service inside the test's process, on a port of its own. */
export type Instance = {
  url: string
  services: Services
  app: FastifyInstance
  /** All that it has logged so far, at `trace`. */
  logLines: readonly string[]
  close(): Promise<void>
}

export type Environment = Record<string, string>

/** The same for every instance of a test file, as it is for every instance of a deployment. */
export const secret = randomBytes(32).toString('base64')

/** For tests of something else: all their requests come from one address, and many from one session. */
export const noLimits = JSON.stringify(
  Object.fromEntries(
    Object.keys(defaultRateLimits).map(name => [name, { max: 1_000_000, windowSeconds: 60 }]),
  ),
)

/** On any free port, unless one is given. Closing it throws when it has logged a secret, whatever the test was about. */
export async function startInstance(
  environment: Environment,
  port = 0,
  options: { consoleFolder?: string } = {},
): Promise<Instance> {
  const log = captureLog()
  const config = readConfig({
    LATCHKEY_SECRET: secret,
    PORT: '0',
    CLEANUP_INTERVAL_SECONDS: '0',
    RATE_LIMITS: noLimits,
    ...environment,
  })
  const services = await startedServices(config, log.logger)
  await services.follow()
  const app = await buildApp(services, options)
  const url = await app.listen({ host: '127.0.0.1', port })
  return {
    url,
    services,
    app,
    logLines: log.lines,
    async close() {
      await app.close()
      await services.close()
      const told = linesWithSecrets(log.lines, [goodPassword, config.secret.toString('base64')])
      if (told.length > 0) throw new Error(`the log holds a secret: ${told[0]}`)
    },
  }
}

/** An outage says what to do: come again. The whole suite keeps the machine busy for a second at times. */
async function startedServices(config: Config, logger: Logger): Promise<Services> {
  for (let attempts = 1; ; attempts++) {
    const services = createServices(config, logger)
    try {
      await services.start()
      return services
    } catch (error) {
      await services.close()
      if (!(error instanceof Problem && error.code === 'store_unavailable') || attempts === 5) throw error
      await sleep(250)
    }
  }
}

/** A user who may sign in. Comes again when too many passwords are hashed at once. */
export async function createUser(
  { accounts }: Services,
  email: string,
  options: { password?: string | null; roles?: string[] } = {},
): Promise<string> {
  const { password = goodPassword, roles = [] } = options
  const by = { actor: 'cli', origin: { ipAddress: null, userAgent: null } }
  for (;;) {
    try {
      return (await accounts.register({ email, password, roles }, by)).id
    } catch (error) {
      if (!(error instanceof Problem && error.code === 'overloaded')) throw error
      await sleep(250)
    }
  }
}

export const goodPassword = 'correct horse battery'
