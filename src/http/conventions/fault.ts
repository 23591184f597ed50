/** One invalid place in a request. */
export type Fault = {
  /** A JSON Pointer (RFC 6901). */
  path: string
  /** The expected value, never the actual one. */
  message: string
}

/** Further faults are not listed. */
export const mostFaults = 20
