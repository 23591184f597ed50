/// <reference path="./next-headers.d.ts" />
import { headers } from 'next/headers.js'
import { answerTo, withSession } from './http.ts'
import { refusedFor } from './verdict/refused.ts'
import { type Caller, callerIn, type Verdict } from './verdict/verdict.ts'
import type { Verifier, VerifyOptions } from './verifier/verifier.ts'

export { callerOf } from './verdict/callers.ts'
export { Refused } from './verdict/refused.ts'
export type { Caller } from './verdict/verdict.ts'

export type LatchkeyOptions = {
  verifier: Verifier
  /** The page that signs users in, outside of what `middleware` protects. Default: `/sign-in`. */
  signInPath?: string
}

/** For the App Router of Next.js 15 and later: server components, route handlers and middleware (proxy). */
export function createLatchkey({ verifier, signInPath = '/sign-in' }: LatchkeyOptions) {
  /** By the request's headers, so that a layout and its pages ask once. */
  const verdicts = new WeakMap<object, Promise<Verdict>>()

  return {
    /**
     * For server components, server actions and route handlers: who makes the request, or null for a user who is not
     * signed in. Throws `Refused` with status 503 when Latchkey does not answer, which renders `error.tsx`, and with
     * another status for a request that is refused for other reasons than its session.
     */
    async getSession(): Promise<Caller | null> {
      const received = await headers()
      const pending =
        verdicts.get(received) ?? verifier.verify({ headers: received, method: methodOf(received) })
      verdicts.set(received, pending)
      const verdict = await pending
      if (verdict.kind === 'signed_in') return callerIn(verdict)
      if (verdict.kind === 'refused' && verdict.status === 401) return null
      throw refusedFor(verdict)
    },

    /** For route handlers: calls the handler only for a request that is signed in. Other requests get problem+json. */
    withSession<R extends Request, Rest extends unknown[]>(
      handler: (request: R, ...rest: Rest) => Response | Promise<Response>,
      options?: VerifyOptions,
    ): (request: R, ...rest: Rest) => Promise<Response> {
      return withSession(verifier, handler, options)
    },

    /**
     * For `proxy.ts` (Next.js 16) or `middleware.ts`: undefined lets the request in. A page is redirected to `signInPath`
     * with `returnTo` on a 401, and is a short 503 page when Latchkey does not answer; any other request gets
     * problem+json. Keep checking in pages and route handlers: a matcher can miss a path.
     */
    async middleware(request: Request): Promise<Response | undefined> {
      const verdict = await verifier.verify(request)
      if (verdict.kind === 'signed_in') return undefined
      if (!isPage(request)) return answerTo(verdict)
      if (verdict.kind === 'unknown') return unavailablePage(verdict.retryAfterSeconds)
      return verdict.status === 401 ? toSignIn(request, signInPath) : answerTo(verdict)
    },
  }
}

/** Next.js does not tell a server component its method. A GET has no content, and a server action always has. */
function methodOf(received: Headers): 'GET' | 'POST' {
  return received.has('content-type') || received.has('next-action') ? 'POST' : 'GET'
}

/** A page, or its payload for the client's router, which follows a redirect as well. */
function isPage({ method, headers }: Request): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  return headers.has('rsc') || (headers.get('accept')?.includes('text/html') ?? false)
}

function toSignIn(request: Request, signInPath: string): Response {
  const from = new URL(request.url)
  // The payload's own parameter is not part of the page.
  from.searchParams.delete('_rsc')
  const to = new URL(signInPath, from)
  // With two slashes in front it would name another host.
  to.searchParams.set('returnTo', from.pathname.replace(/^\/+/, '/') + from.search)
  return new Response(null, { status: 307, headers: { location: to.href, 'cache-control': 'no-store' } })
}

function unavailablePage(retryAfterSeconds: number): Response {
  const page =
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
    '<title>Service unavailable</title><h1>Service unavailable</h1><p>Please try again in a moment.</p></html>'
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'retry-after': String(retryAfterSeconds),
  }
  return new Response(page, { status: 503, headers })
}
