import { Refused } from './refused.ts'
import { authenticationRequired, type Caller } from './verdict.ts'

const callers = new WeakMap<object, Caller>()

/** Remembers who makes a request, for as long as the request object lives. */
export function rememberCaller(request: object, caller: Caller): void {
  callers.set(request, caller)
}

/** Who makes a request that has passed one of the guards. Throws `Refused` with status 401 for any other request. */
export function callerOf(request: object): Caller {
  const caller = callers.get(request)
  if (caller !== undefined) return caller
  const { status, code, message } = authenticationRequired
  throw new Refused(status, code, message)
}
