import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { Refused, refusedFor } from './verdict/refused.ts'
import { authenticationRequired, type Caller, callerIn } from './verdict/verdict.ts'
import { keepAnswers } from './verifier/kept.ts'
import {
  createVerifier,
  createVerifierWith,
  type Revocation,
  requirePermissionName,
  type Verifier,
  type VerifierOptions,
  type VerifyOptions,
} from './verifier/verifier.ts'

export { Refused } from './verdict/refused.ts'
export type { Caller } from './verdict/verdict.ts'

/** A verifier of your own, or what it takes to make one; `cookies` is then false by default. */
export type LatchkeyOptions =
  | { verifier: Verifier }
  | (VerifierOptions & {
      /** For so many seconds, at most 60, a yes is used again without asking. Default: 0, which asks every time. */
      cacheSeconds?: number
    })

export type SessionOptions = {
  /** Instead of the verifier's own. */
  revocation?: Revocation
  /** The older name: `by-asking` is `exact`, `locally` is `token-lifetime`. */
  verify?: 'by-asking' | 'locally'
}

/** A hook for `onRequest` or `preHandler`. */
export type Requirement = (request: FastifyRequest, reply: FastifyReply) => Promise<void>

declare module 'fastify' {
  interface FastifyInstance {
    /** Lets in users who are signed in. */
    requireSession(options?: SessionOptions): Requirement
    /** Lets in users who are signed in and have the permission. Always asks: a token does not carry permissions. */
    requirePermission(permission: string): Requirement
  }
  interface FastifyRequest {
    /** Who makes the request, behind `requireSession` and `requirePermission`. `callerOf` has it without the null. */
    caller: Caller | null
  }
}

/**
 * Verifies requests of Latchkey's users in a Fastify service. Throws `Refused`: its status is Latchkey's own, and 503
 * whenever Latchkey does not answer, so an outage signs no user out.
 */
const latchkey = fp(
  async (app: FastifyInstance, options: LatchkeyOptions) => {
    const verifier = verifierOf(options)

    app.decorateRequest('caller', null)
    app.decorate('requireSession', ({ verify, revocation }: SessionOptions = {}) =>
      requirement(verifier, { revocation: revocation ?? (verify && revocationFor[verify]) }),
    )
    app.decorate('requirePermission', (permission: string) => {
      requirePermissionName(permission)
      return requirement(verifier, { permission })
    })
  },
  { name: 'latchkey', fastify: '5.x' },
)

export default latchkey

const revocationFor = { 'by-asking': 'exact', locally: 'token-lifetime' } as const

function verifierOf(options: LatchkeyOptions): Verifier {
  if ('verifier' in options) return options.verifier
  const { cacheSeconds = 0 } = options
  if (!(cacheSeconds >= 0 && cacheSeconds <= 60)) {
    throw new RangeError('latchkey: `cacheSeconds` must be from 0 to 60')
  }
  // 0.1 read no cookies, and an update must not begin to.
  const bearerOnly = { cookies: false, ...options }
  if (cacheSeconds === 0) return createVerifier(bearerOnly)
  return createVerifierWith(bearerOnly, ask => keepAnswers(ask, cacheSeconds))
}

function requirement(verifier: Verifier, options: VerifyOptions): Requirement {
  return async (request, reply) => {
    const verdict = await verifier.verify(request.raw, options)
    if (verdict.kind === 'signed_in') {
      request.caller = callerIn(verdict)
      return
    }
    if (verdict.kind === 'unknown') request.log.warn({ reason: verdict.reason }, 'session not verified')
    const refused = refusedFor(verdict)
    reply.headers(refused.headers)
    throw refused
  }
}

/** Who makes a request that has passed `requireSession` or `requirePermission`. */
export function callerOf({ caller }: FastifyRequest): Caller {
  if (caller !== null) return caller
  const { status, code, message } = authenticationRequired
  throw new Refused(status, code, message)
}
