import type { Server } from 'node:http'
import {
  type FastifyBaseLogger,
  type FastifyHttpOptions,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
} from 'fastify'
import fp from 'fastify-plugin'
import type { Problem, ProblemCode } from '../errors.ts'
import { acceptJsonOnly, bodyLimit } from './conventions/body/body-parser.ts'
import { boundConnections, type ConnectionLimits } from './conventions/connections.ts'
import { allowOrigins, isPreflight } from './conventions/cors.ts'
import { keepDeadlines } from './conventions/deadline.ts'
import { framingProblem, mostHeaders } from './conventions/framing.ts'
import { unroutedProblem } from './conventions/methods.ts'
import { handleError, logFaults } from './conventions/problem/error-handler.ts'
import { answerClientError, answerProtocolEvents } from './conventions/problem/raw-errors.ts'
import { createRejectedOrigins } from './conventions/rejected-origins.ts'
import { requestId } from './conventions/request-id.ts'
import { securityHeaders } from './conventions/security-headers.ts'
import { closeInputs } from './conventions/validation/inputs.ts'
import { createValidatorCompiler } from './conventions/validation/validation.ts'
import { describeApi, type OpenApiOptions } from './openapi.ts'

export type ConventionOptions = OpenApiOptions & {
  /** Milliseconds from the end of the headers to the response. No request takes longer than two seconds. */
  handlerTimeoutMs?: number
  /** Connections that are open at the same time. */
  connections?: ConnectionLimits
  /** A request got a 5xx response. */
  onFault?: (code: ProblemCode) => void
  /** The origins of pages that may call from a browser. */
  allowedOrigins?: readonly string[]
  /** The service's own origin, as its pages send it. */
  ownOrigin?: string | null
}

export type ServerLimits = {
  /** From the first byte to the end of the headers. */
  headersTimeoutMs?: number
  /** From the first byte to the end of the body. */
  requestTimeoutMs?: number
}

/**
 * What `Fastify()` has to be made with for the conventions to hold where no plugin reaches: limits, routing errors
 * and the raw socket. `trustProxy` is the caller's to add.
 */
export function serverOptions(
  logger: FastifyBaseLogger,
  limits: ServerLimits = {},
): FastifyHttpOptions<Server> {
  const { headersTimeoutMs = 5000, requestTimeoutMs = 10_000 } = limits
  return {
    // With a logger of its own Fastify makes a child of it, and two listeners, for every request. What there is to
    // say of one that failed is said in one place, `handleError`, and names the request.
    logger: false,
    childLoggerFactory: () => logger,
    // One line per request would be the service's main cost; metrics count requests.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    requestTimeout: requestTimeoutMs,
    // Longer than the idle timeout of common load balancers (60 s): else they would reuse a connection just as we
    // close it, and answer 502 for us.
    keepAliveTimeout: 72_000,
    http: {
      maxHeaderSize: 16_384,
      headersTimeout: headersTimeoutMs,
      // Node looks for connections that are too slow this often; its own 30 s would void the two timeouts above.
      connectionsCheckingInterval: 1000,
      // Node would respond itself, with an empty body and without our headers.
      requireHostHeader: false,
    },
    routerOptions: { maxParamLength: 256 },
    exposeHeadRoutes: true,
    // During shutdown, requests that have arrived are still answered, with `Connection: close`.
    return503OnClosing: false,
    genReqId: requestId,
    frameworkErrors: (error, request, reply) => handleError(error, request, reply),
    clientErrorHandler: answerClientError,
  }
}

/**
 * The conventions of the HTTP interface, for everything that is registered after them. Their first hooks refuse
 * what has no route before a body is read or a credential is looked at.
 */
export const conventions = fp(
  async (app: FastifyInstance, options: ConventionOptions) => {
    answerProtocolEvents(app.server)
    app.server.maxHeadersCount = mostHeaders
    if (options.connections !== undefined) boundConnections(app.server, options.connections)
    logFaults(app, options.onFault)
    // First, because a route gets the error handler that is set when it is registered; CORS registers a route.
    app.setErrorHandler(handleError)
    const { allowedOrigins = [], ownOrigin = null } = options
    const noteOrigin = createRejectedOrigins(allowedOrigins, ownOrigin)
    app.addHook('onRequest', (request, reply, done) => {
      noteOrigin(request)
      reply.headers(securityHeaders).header('x-request-id', request.id)
      const problem = framingProblem(request.raw)
      // The end of the body is uncertain, so nothing after it may be read as a request (RFC 9112 §6.3).
      if (problem !== undefined && 'transfer-encoding' in request.headers) {
        reply.raw.setHeader('connection', 'close')
      }
      done(problem ?? optionsProblem(app, request))
    })
    // Before anything is rejected, so that a page can read the reason.
    await allowOrigins(app, allowedOrigins)
    app.addHook('onRequest', (request, _reply, done) => {
      done(request.is404 ? unroutedProblem(app, request.url) : undefined)
    })
    keepDeadlines(app, options.handlerTimeoutMs ?? 1900)
    // A preflight of an origin that is not allowed ends here.
    app.setNotFoundHandler((request, reply) => handleError(unroutedProblem(app, request.url), request, reply))
    app.setValidatorCompiler(createValidatorCompiler())
    acceptJsonOnly(app)
    closeInputs(app)
    await describeApi(app, options)
  },
  { name: 'conventions', fastify: '5.x' },
)

/**
 * CORS answers preflights on every path. OPTIONS by itself stays a method that no path has, and a path that is not
 * there is not there for a preflight either.
 */
function optionsProblem(app: FastifyInstance, request: FastifyRequest): Problem | undefined {
  if (request.method !== 'OPTIONS') return undefined
  const problem = unroutedProblem(app, request.url)
  return problem.code === 'not_found' || !isPreflight(request) ? problem : undefined
}
