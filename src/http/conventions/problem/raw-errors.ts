import type { IncomingMessage, Server } from 'node:http'
import { ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { httpDate } from '../../../clock.ts'
import { Problem } from '../../../errors.ts'
import { newRequestId } from '../request-id.ts'
import { renderProblem } from './problem.ts'

/**
 * How long a connection stays open after the last answer on it, in milliseconds. Closing at once, with bytes of
 * the request unread, makes the kernel reset the connection, and the caller may never see why (RFC 9112 §9.6).
 */
const lingerMs = 500

/** For each connection, the last request that was answered before its body had arrived. */
const answeredEarly = new WeakMap<Duplex, IncomingMessage>()

/** Remembers that a request has its answer, so that the rest of its body, if it fails, does not get a second one. */
export function noteAnswered(request: IncomingMessage): void {
  if (!request.complete) answeredEarly.set(request.socket, request)
}

/**
 * Answers what the HTTP parser refuses, before there is a request: malformed messages, headers that are too large,
 * requests that arrive too slowly. For Fastify's `clientErrorHandler`.
 */
export function answerClientError(error: Error & { code?: string }, socket: Duplex): void {
  // Each further packet on a rejected connection fails again; the response is already being sent.
  if (socket.writableEnded) return
  if (error.code === 'ECONNRESET' || !socket.writable || !mayAnswer(socket)) {
    socket.destroy()
    return
  }
  answerAndClose(socket, problemOf(error))
}

function problemOf(error: { code?: string }): Problem {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return new Problem('headers_too_large', {
        detail: 'Send a request line and headers of at most 16 KiB together.',
      })
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new Problem('body_too_large', { detail: 'Send the body without chunk extensions.' })
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem('validation_failed', { detail: 'The request did not arrive in time.' })
    default:
      return new Problem('validation_failed', { detail: 'The request is not well-formed HTTP.' })
  }
}

/**
 * Not every connection waits for an answer. On one that never sent a byte (browsers open some in advance) an
 * answer would be taken for that of the first request; on one where an answer has begun it would end up inside it,
 * and where the request already has its answer, it would be taken for that of the next.
 */
function mayAnswer(socket: Duplex): boolean {
  if ('bytesRead' in socket && socket.bytesRead === 0) return false
  if (answeredEarly.get(socket)?.complete === false) return false
  // Node's own handler looks at the same property: there is no public API for the response that a socket is sending.
  const current = '_httpMessage' in socket ? socket._httpMessage : undefined
  return !(current instanceof ServerResponse && current.headersSent)
}

/**
 * Takes over what Node would answer by itself, with an empty body and without our headers. An unknown expectation
 * goes the way of any request, where it is refused; CONNECT has no request to go with, since we are no proxy.
 */
export function answerProtocolEvents(server: Server): void {
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    answerAndClose(socket, new Problem('validation_failed', { detail: 'This service is not a proxy.' }))
  })
}

function answerAndClose(socket: Duplex, problem: Problem): void {
  const { status, headers, body } = renderProblem(problem, newRequestId())
  const head = Object.entries({
    ...headers,
    date: httpDate(),
    connection: 'close',
    'content-length': String(Buffer.byteLength(body)),
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.on('error', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${head.join('')}\r\n${body}`)
  const linger = setTimeout(() => socket.destroy(), lingerMs)
  linger.unref()
  socket.once('close', () => clearTimeout(linger))
}
