import { isUtf8 } from 'node:buffer'
import type { Readable } from 'node:stream'
import { errorCodes, type FastifyInstance, type FastifyRequest } from 'fastify'
import { Problem } from '../../../errors.ts'
import { parseJson } from './json.ts'

/** The largest body, in bytes. */
export const bodyLimit = 65_536

/** Replaces Fastify's parsers of JSON and plain text, which accept more than we promise, by ours for JSON. */
export function acceptJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  addTextParser(app, 'application/json', parseJson)
  app.addContentTypeParser('*', parseNothing)
}

/**
 * For every other media type. A body of length zero is no body, whatever its type: axios, `curl -d ''`, jQuery and HTML
 * forms label an empty POST as a form.
 */
function parseNothing(
  _request: FastifyRequest,
  payload: Readable,
  done: (error: Error | null, body?: undefined) => void,
): void {
  const refuse = () => {
    payload.off('end', accept).off('error', accept)
    done(new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE())
  }
  const accept = (error?: Error) => {
    payload.off('data', refuse).off('end', accept).off('error', accept)
    done(error ?? null)
  }
  payload.once('data', refuse).on('end', accept).on('error', accept)
}

/**
 * Takes bodies of one more media type in the scope of `app`. The text has passed the checks that no media type
 * is free of: no content coding, UTF-8 and nothing else. An empty body is `undefined`, whatever else the headers say of
 * it; the route's schema decides whether that will do. `parse` throws a Problem for what it cannot read.
 */
export function addTextParser(
  app: FastifyInstance,
  mediaType: string,
  parse: (text: string) => unknown,
): void {
  app.addContentTypeParser(mediaType, { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (body.length === 0) {
      done(null, undefined)
      return
    }
    requirePlainUtf8(request)
    done(null, parse(decode(body)))
  })
}

/** A media type with no parameter but a charset of UTF-8 (RFC 9110 §8.3). */
const plainUtf8 = /^[^;]*(;\s*(charset=("utf-8"|utf-8))?\s*)?$/i

function requirePlainUtf8(request: FastifyRequest): void {
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new Problem('unsupported_media_type', { detail: 'Send the body without a Content-Encoding.' })
  }
  if (!plainUtf8.test(request.headers['content-type'] ?? '')) {
    throw new Problem('unsupported_media_type', {
      detail: 'Send the body in UTF-8. The only allowed parameter of the content type is charset=utf-8.',
    })
  }
}

function decode(body: Buffer): string {
  if (!isUtf8(body)) {
    throw new Problem('validation_failed', { errors: [{ path: '', message: 'must be valid UTF-8' }] })
  }
  const text = body.toString('utf8')
  // Who sends a byte order mark must not; a reader may ignore it (RFC 8259 §8.1).
  return text.startsWith('\u{feff}') ? text.slice(1) : text
}
