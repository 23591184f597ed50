import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { createAsker } from './asking.ts'
import { createLocalVerifier } from './local.ts'
import { Refused, refusedFor } from './refused.ts'
import type { Caller, Verdict } from './verdict.ts'

export { Refused } from './refused.ts'
export type { Caller } from './verdict.ts'

export type LatchkeyOptions = {
  /** Where this service reaches Latchkey, such as `http://latchkey:3000`. */
  url: string
  /** Latchkey's `ISSUER`, where it is not `url`. */
  issuer?: string
  /** Latchkey's `AUDIENCE`; `latchkey` unless it was changed. */
  audience?: string
  /** A service key with the scope `verify`: with it, asking is not limited. */
  serviceKey?: string
  /** For so many seconds, at most 60, a yes is used again without asking. 0, the default, asks every time. */
  cacheSeconds?: number
}

export type SessionOptions = {
  /**
   * `by-asking`, the default: a revoked session is out with its next request. `locally`: by the published keys, without a
   * request; a revoked session is out when its access token ends, after 15 minutes at most by default.
   */
  verify?: 'by-asking' | 'locally'
}

/** A hook for `onRequest` or `preHandler`. */
export type Requirement = (request: FastifyRequest, reply: FastifyReply) => Promise<void>

declare module 'fastify' {
  interface FastifyInstance {
    /** Lets in who is signed in. */
    requireSession(options?: SessionOptions): Requirement
    /** Lets in who is signed in and has the permission. Always asks: a token does not tell permissions. */
    requirePermission(permission: string): Requirement
  }
  interface FastifyRequest {
    /** Who makes the request, behind `requireSession` and `requirePermission`; `callerOf` has it without the null. */
    caller: Caller | null
  }
}

/**
 * Verifies access tokens of Latchkey in a Fastify service. Throws `Refused`, whose status is 401, 403 or 429 when Latchkey
 * says no, and 503 whenever it cannot be known: an outage signs nobody out.
 */
const latchkey = fp(
  async (app: FastifyInstance, options: LatchkeyOptions) => {
    const { issuer, audience = 'latchkey', serviceKey = null, cacheSeconds = 0 } = options
    const url = options.url.replace(/\/+$/, '')
    if (!URL.canParse(url)) throw new TypeError('latchkey: `url` must be the URL of Latchkey')
    if (!(cacheSeconds >= 0 && cacheSeconds <= 60)) {
      throw new RangeError('latchkey: `cacheSeconds` must be from 0 to 60')
    }
    const ask = createAsker({ url, serviceKey, cacheSeconds })
    const jwksUrl = `${url}/.well-known/jwks.json`
    const verifyLocally = createLocalVerifier({ jwksUrl, issuer: issuer ?? url, audience })

    app.decorateRequest('caller', null)
    app.decorate('requireSession', ({ verify = 'by-asking' }: SessionOptions = {}) =>
      requirement(verify === 'locally' ? verifyLocally : token => ask(token, null)),
    )
    app.decorate('requirePermission', (permission: string) => {
      if (permission.length < 1 || permission.length > 64) {
        throw new RangeError('latchkey: a permission has 1 to 64 characters')
      }
      return requirement(token => ask(token, permission))
    })
  },
  { name: 'latchkey', fastify: '5.x' },
)

export default latchkey

function requirement(judge: (token: string) => Promise<Verdict>): Requirement {
  return async (request, reply) => {
    const token = bearerToken(request)
    const verdict: Verdict = token === null ? nobody : await judge(token)
    if (verdict.kind === 'signed_in') {
      request.caller = verdict.caller
      return
    }
    if (verdict.kind === 'unknown') request.log.warn({ reason: verdict.reason }, 'not known who is calling')
    const refused = refusedFor(verdict)
    reply.headers(refused.headers)
    throw refused
  }
}

const nobody: Verdict = {
  kind: 'refused',
  statusCode: 401,
  code: 'authentication_required',
  message: 'Authentication is required',
}

/** RFC 6750 §2.1. Of two headers none counts: Node keeps the first, and a proxy before it may have judged the other. */
function bearerToken({ headers, raw }: FastifyRequest): string | null {
  const given = raw.rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'authorization')
  if (given.length !== 1) return null
  const [, token] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? []
  return token ?? null
}

/** Who makes a request that has passed `requireSession` or `requirePermission`. */
export function callerOf({ caller }: FastifyRequest): Caller {
  if (caller === null) throw new Refused(401, 'authentication_required', 'Authentication is required')
  return caller
}
