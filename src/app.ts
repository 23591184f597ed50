import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { accessTokens, authenticate } from './http/authenticate.ts'
import { conventions, serverOptions } from './http/conventions.ts'
import { auditLogRoutes } from './http/routes/admin/audit-log.ts'
import { cleanupRoutes } from './http/routes/admin/cleanup.ts'
import { directoryRoutes } from './http/routes/admin/directory.ts'
import { revocationRoutes } from './http/routes/admin/revocations.ts'
import { openedSessionRoutes } from './http/routes/admin/sessions.ts'
import { statisticsRoutes } from './http/routes/admin/statistics.ts'
import { deviceRoutes } from './http/routes/devices.ts'
import { healthRoutes } from './http/routes/health.ts'
import { currentSessionRoutes } from './http/routes/session.ts'
import { signInRoutes } from './http/routes/sign-in.ts'
import { verifyRoutes } from './http/routes/verify.ts'
import { serviceKeys } from './http/service-key.ts'
import type { Services } from './services.ts'
import { version } from './version.ts'

/**
 * The way a request takes, in order: conventions (request id, headers, strict input, problem+json), then one of the
 * scopes below, each with its own hooks.
 */
export async function buildApp(services: Services): Promise<FastifyInstance> {
  const { config } = services
  const logger: FastifyBaseLogger = services.logger
  const app = Fastify({
    ...serverOptions(),
    loggerInstance: logger,
    // One line a request would be the service's main cost; metrics count them.
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: config.trustProxy.length > 0 ? config.trustProxy : false,
  })

  await app.register(conventions, {
    version,
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An access token.' },
      serviceKey: { type: 'http', scheme: 'bearer', bearerFormat: 'lks_…', description: 'A service key.' },
      gatewayKey: {
        type: 'apiKey',
        in: 'header',
        name: 'x-latchkey-service-key',
        description: 'A service key, where `Authorization` is a person’s.',
      },
    },
  })
  await app.register(accessTokens, { services })
  await app.register(serviceKeys)

  // Public: nobody has to be signed in.
  await app.register(healthRoutes, { services })
  await app.register(signInRoutes, { services })

  // Services and gateways: the hot path.
  await app.register(verifyRoutes, { services })

  // Services: each route names the scope that the caller's key must have.
  await app.register(openedSessionRoutes, { services })

  // Signed in: people and their devices.
  await app.register(async signedIn => {
    // Before a body is read: who may not call is told nothing of what is wrong with the call.
    signedIn.addHook('onRequest', authenticate(services))
    await signedIn.register(currentSessionRoutes, { services })
    await signedIn.register(deviceRoutes, { services })
  })

  // Operators: each route names the permission that the caller must have.
  await app.register(async operators => {
    await operators.register(statisticsRoutes, { services })
    await operators.register(directoryRoutes, { services })
    await operators.register(revocationRoutes, { services })
    await operators.register(cleanupRoutes, { services })
    await operators.register(auditLogRoutes, { services })
  })

  return app
}
