import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendProblem } from './http.ts'
import { rememberCaller } from './verdict/callers.ts'
import { type Caller, callerIn } from './verdict/verdict.ts'
import { requirePermissionName, type Verifier, type VerifyOptions } from './verifier/verifier.ts'

export { callerOf } from './verdict/callers.ts'
export type { Caller } from './verdict/verdict.ts'

declare global {
  namespace Express {
    interface Request {
      /** Who makes the request, behind `requireSession` and `requirePermission`. `callerOf` has it without the undefined. */
      caller?: Caller
    }
  }
}

/** For `app.use` and for single routes, in Express 4 and 5. */
export type Middleware = (
  request: IncomingMessage & { caller?: Caller },
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

export type SessionOptions = Pick<VerifyOptions, 'revocation'>

/** Middleware that lets in users who are signed in, and answers every other request with problem+json. */
export function latchkey(verifier: Verifier) {
  function guard(options: VerifyOptions): Middleware {
    return (request, response, next) => {
      verifier.verify(request, options).then(verdict => {
        if (verdict.kind === 'signed_in') {
          request.caller = callerIn(verdict)
          rememberCaller(request, request.caller)
          next()
          return
        }
        sendProblem(verdict, response)
      }, next)
    }
  }

  return {
    /** Lets in users who are signed in. */
    requireSession: (options: SessionOptions = {}): Middleware => guard(options),
    /** Lets in users who are signed in and have the permission. Throws `RangeError` unless it has 1 to 64 characters. */
    requirePermission(permission: string): Middleware {
      requirePermissionName(permission)
      return guard({ permission })
    },
  }
}
