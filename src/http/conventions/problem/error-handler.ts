import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { monotonic } from '../../../clock.ts'
import { loggedError } from '../../../error-log.ts'
import { Problem, type ProblemCode } from '../../../errors.ts'
import { createSparseLog } from '../../../observability.ts'
import { isRecord } from '../record.ts'
import { sendProblem } from './problem.ts'
import { noteAnswered } from './raw-errors.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Counts and logs a problem with a 5xx status. */
    noteFault(problem: Problem, request: FastifyRequest): void
  }
  interface FastifyReply {
    /** The code of the problem that is sent; null for any other response. */
    problemCode: ProblemCode | null
  }
}

/** Milliseconds. While a store is down, every request fails: one line for each would flood the log. */
const outageLogEveryMs = 1_000

/** Decorates the application with `noteFault`, and replies with `problemCode`. */
export function logFaults(
  app: FastifyInstance,
  onFault: (code: ProblemCode) => void = () => undefined,
): void {
  const logOutage = createSparseLog(outageLogEveryMs, monotonic)
  app.decorateReply('problemCode', null)
  app.decorate('noteFault', (problem: Problem, request: FastifyRequest) => {
    onFault(problem.code)
    const reqId = request.id
    const error = loggedError(problem.cause ?? problem)
    switch (problem.code) {
      case 'internal_error':
        return request.log.error({ reqId, error }, 'request failed')
      // Excess requests: a line for each would add to the load.
      case 'overloaded':
        return
      case 'store_unavailable':
        return logOutage(leftOut => {
          const { stack: _, cause: __, ...what } = error
          request.log.warn({ reqId, error: what, problem: problem.code, leftOut }, 'request refused')
        })
      default:
        return request.log.warn({ reqId, error, problem: problem.code }, 'request refused')
    }
  })
}

/** Responds to any failure of a hook, a parser, a validator, a handler or the router. */
export const handleError = errorHandler(sendProblem)

/** The same, for routes whose failures have another format. */
export function errorHandler(send: typeof sendProblem) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    answerError(error, request, reply, send)
  }
}

function answerError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  send: typeof sendProblem,
): void {
  const problem = problemOf(error, request)
  if (problem.status >= 500) request.server.noteFault(problem, request)
  reply.problemCode = problem.code
  keepConnection(reply)
  noteAnswered(request.raw)
  send(problem, request, reply)
}

/**
 * Takes back the `Connection: close` with which Fastify answers every body that it could not parse. Closing with
 * bytes of the body unread resets the connection, and the caller would lose the answer: of uploads of 5 MB over
 * loopback every second one did. So Node reads and drops the rest, for as long as a request may take to arrive.
 * While the service closes, Fastify has set the header on the raw response, where it stays.
 */
function keepConnection(reply: FastifyReply): void {
  if (!reply.hasHeader('connection') || reply.raw.hasHeader('connection')) return
  reply.header('connection', reply.raw.shouldKeepAlive ? 'keep-alive' : 'close')
}

/** The problem for a failure. An unknown failure is an internal error with its cause. */
export function problemOf(error: unknown, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error
  if (isFrameworkError(error)) return ofFramework(error, request)
  if (request.raw.destroyed && !request.raw.complete) {
    return new Problem('validation_failed', {
      detail: 'The connection closed before the request was complete.',
    })
  }
  return new Problem('internal_error', {}, { cause: error })
}

type FrameworkError = Error & { code: string; statusCode: number }

/** Only Fastify's own errors may choose a status: a library's error with a `statusCode` is an internal error. */
function isFrameworkError(error: unknown): error is FrameworkError {
  if (!(error instanceof Error) || !isRecord(error)) return false
  const { code, statusCode } = error
  return typeof code === 'string' && code.startsWith('FST_') && typeof statusCode === 'number'
}

function ofFramework(error: FrameworkError, request: FastifyRequest): Problem {
  switch (error.code) {
    case 'FST_ERR_HANDLER_TIMEOUT':
      return ofTimeout(error, request)
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Problem('body_too_large', {
        detail: `Send a body of at most ${request.routeOptions.bodyLimit} bytes.`,
      })
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Problem('unsupported_media_type', {
        detail: 'Send the body in a media type that this call accepts, such as application/json.',
      })
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return invalid('The body must be as long as its Content-Length says.')
    case 'FST_ERR_BAD_URL':
      return invalid('The path must be percent-encoded UTF-8.')
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return invalid('A segment of the path is too long.')
    case 'FST_ERR_NOT_FOUND':
      return new Problem('not_found')
    default:
      return ofStatus(error)
  }
}

/** For requests that Fastify or a plugin rejects with a code that is not listed above. */
function ofStatus(error: FrameworkError): Problem {
  switch (error.statusCode) {
    case 401:
      return new Problem('authentication_required')
    case 403:
      return new Problem('permission_denied')
    case 404:
      return new Problem('not_found')
    case 413:
      return new Problem('body_too_large')
    case 415:
      return new Problem('unsupported_media_type')
    default:
      return error.statusCode >= 400 && error.statusCode < 500
        ? invalid('The request is not one that this service can read.')
        : new Problem('internal_error', {}, { cause: error })
  }
}

/**
 * A request that ran out of time. When its body was still arriving, the caller was slow and no handler has run;
 * else one of ours was, and it may finish after the answer.
 */
function ofTimeout(error: FrameworkError, request: FastifyRequest): Problem {
  // An injected request has no `complete`; its body is there from the beginning.
  const bodyWasArriving = request.raw.complete === false && request.raw.readableFlowing === true
  if (bodyWasArriving) return invalid('The body did not arrive in time; nothing was changed.')
  if (request.routeOptions.config.hashes) {
    const detail =
      'Checking a password took longer than a request may take. Try again in a moment; whether this request took effect is not known.'
    return new Problem('overloaded', { detail, retryAfterSeconds: 1 }, { cause: error })
  }
  const detail = 'There was no answer in time, and whether the request took effect is not known.'
  return new Problem('store_unavailable', { detail, retryAfterSeconds: 1 }, { cause: error })
}

function invalid(detail: string): Problem {
  return new Problem('validation_failed', { detail })
}
