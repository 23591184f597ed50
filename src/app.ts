import Fastify, { type FastifyInstance } from 'fastify'
import { accessTokens, authenticate } from './http/access/authenticate.ts'
import { createCookies } from './http/access/cookies.ts'
import { trustedOrigins } from './http/access/csrf.ts'
import { identifyOperator } from './http/access/permission.ts'
import { countDocument, rateLimits } from './http/access/rate-limits.ts'
import { serviceKeys } from './http/access/service-key.ts'
import { ownEventRoutes } from './http/account/own-events.ts'
import { passwordRoutes } from './http/account/password.ts'
import { builtConsole, consolePages } from './http/console/pages.ts'
import { addressesIn, connectionLimitsOf, openFilesLimit } from './http/conventions/connections.ts'
import { conventions, serverOptions } from './http/conventions.ts'
import { healthRoutes } from './http/health.ts'
import { logRequests } from './http/log-requests.ts'
import { measureAnswers } from './http/measure-answers.ts'
import { auditLogRoutes } from './http/operator/audit-log.ts'
import { cleanupRoutes } from './http/operator/cleanup.ts'
import { directoryRoutes } from './http/operator/directory.ts'
import { revocationRoutes } from './http/operator/revocations.ts'
import { statisticsRoutes } from './http/operator/statistics.ts'
import { userRoutes } from './http/operator/users.ts'
import { partWhileDraining } from './http/part-while-draining.ts'
import { currentSessionRoutes } from './http/session/current-session.ts'
import { deviceRoutes } from './http/session/devices.ts'
import { introspectionRoutes } from './http/session/oauth/introspection.ts'
import { metadataRoutes } from './http/session/oauth/metadata.ts'
import { tokenRevocationRoutes } from './http/session/oauth/revocation.ts'
import { tokenRoutes } from './http/session/oauth/token.ts'
import { refreshRoutes } from './http/session/refresh.ts'
import { signOutRoutes } from './http/session/sign-out.ts'
import { verifyRoutes } from './http/session/verify.ts'
import { openedSessionRoutes } from './http/sign-in/opened-sessions.ts'
import { signInRoutes } from './http/sign-in/sign-in.ts'
import type { Services } from './services.ts'
import { version } from './version.ts'

/**
 * The path of a request, in order: conventions (request id, headers, strict input, problem+json), then one of the
 * scopes below, each with its own hooks.
 */
export async function buildApp(
  services: Services,
  { consoleFolder = builtConsole, observe = (_app: FastifyInstance): void => undefined } = {},
): Promise<FastifyInstance> {
  const { config } = services
  const app = Fastify({
    ...serverOptions(services.logger),
    trustProxy: config.trustProxy.length > 0 ? config.trustProxy : false,
  })

  // First, so that it sees all responses.
  measureAnswers(app, services.metrics.answered)
  logRequests(app, config.logRequests)
  partWhileDraining(app, services.isDraining)
  observe(app)

  const cookies = createCookies({ insecure: config.insecureCookies })
  await app.register(conventions, {
    version,
    allowedOrigins: config.allowedOrigins,
    ownOrigin: trustedOrigins(config).own,
    connections: {
      ...connectionLimitsOf(openFilesLimit()),
      isProxy: addressesIn(config.trustProxy),
    },
    onFault: services.metrics.faulted,
    docs: config.apiDocs === 'on',
    onDocument: countDocument,
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An access token.' },
      cookie: { type: 'apiKey', in: 'cookie', name: '__Host-latchkey_access' },
      refreshCookie: { type: 'apiKey', in: 'cookie', name: '__Secure-latchkey_refresh' },
      serviceKey: { type: 'http', scheme: 'bearer', bearerFormat: 'lks_…', description: 'A service key.' },
      serviceKeyBasic: {
        type: 'http',
        scheme: 'basic',
        description: 'A service key: the name of the key as the user name, and the key as the password.',
      },
      gatewayKey: {
        type: 'apiKey',
        in: 'header',
        name: 'x-latchkey-service-key',
        description: 'A service key, if `Authorization` has the user’s token.',
      },
    },
  })
  await app.register(rateLimits, { rates: config.rateLimits, ...services.rates })
  await app.register(accessTokens, { services })
  await app.register(serviceKeys)

  // Public, for supervisors and load balancers.
  await app.register(healthRoutes, { services })

  // Public: files. They call the routes below.
  if (config.console === 'on') {
    const settings = {
      branding: config.branding,
      isRegistrationOpen: config.registration === 'open',
      passwordMinLength: config.shortestPassword,
      clientTypes: config.policies.keys(),
    }
    await app.register(consolePages, { folder: consoleFolder, settings })
  }

  // Clients, including browsers.
  await app.register(async clients => {
    // Public: no session is needed.
    await clients.register(signInRoutes, { services, cookies })
    await clients.register(refreshRoutes, { services, cookies })
    await clients.register(signOutRoutes, { services, cookies })

    // Signed in: users and their devices.
    await clients.register(async signedIn => {
      // Before the body is read: callers without access learn nothing about errors in the call.
      signedIn.addHook('onRequest', authenticate(services, cookies))
      await signedIn.register(currentSessionRoutes, { services })
      await signedIn.register(passwordRoutes, { services, cookies })
      await signedIn.register(deviceRoutes, { services, cookies })
      await signedIn.register(ownEventRoutes, { services })
    })
  })

  // Services and gateways: the hot path. Its only hook is for callers with a service key.
  await app.register(verifyRoutes, { services, cookies })

  // Services: each route names the scope that the caller's key must have.
  await app.register(openedSessionRoutes, { services })

  // OAuth clients: each route file is a scope of its own, since it accepts forms and reports failures in the format of OAuth.
  await app.register(metadataRoutes, { services })
  await app.register(tokenRoutes, { services })
  await app.register(introspectionRoutes, { services })
  await app.register(tokenRevocationRoutes, { services })

  // Operators: each route names the permission that the caller must have.
  await app.register(async operators => {
    operators.addHook('onRequest', identifyOperator(services, cookies))
    await operators.register(statisticsRoutes, { services })
    await operators.register(directoryRoutes, { services })
    await operators.register(userRoutes, { services })
    await operators.register(revocationRoutes, { services })
    await operators.register(cleanupRoutes, { services })
    await operators.register(auditLogRoutes, { services })
  })

  return app
}
