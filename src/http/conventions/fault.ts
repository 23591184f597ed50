/** One place in a request that does not fit. */
export type Fault = {
  /** A JSON Pointer (RFC 6901). */
  path: string
  /** What must be there; never what was. */
  message: string
}

/** More faults than these are not listed: whoever sends so many has another problem. */
export const mostFaults = 20
