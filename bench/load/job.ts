/** What the generator is told to do, and what it tells of it. Both travel between processes as JSON. */

/** An HTTP request as it is to be sent; `Host` and `Content-Length` are added. */
export type Message = {
  method: 'GET' | 'POST' | 'DELETE'
  path: string
  headers: Record<string, string>
  body?: string
}

export type Job = {
  /** Of the server, without a path. */
  url: string
  connections: number
  milliseconds: number
  /** Any other status fails the run. */
  expect: readonly number[]
  /** A few failures are counted, and do not end the run: for loads of minutes, in which a machine may pause. */
  mayFail?: boolean
  work: Work
}

export type Work =
  /** The same messages again and again, in turn. */
  | { kind: 'cycle'; messages: MessageFile }
  /** At so many requests a second, whether or not the answers come; latency counts from when a request was due. */
  | { kind: 'paced'; messages: MessageFile; requestsPerSecond: number }
  /** Each message once, over all jobs with this file. */
  | { kind: 'spend'; messages: MessageFile }
  /**
   * Each answer holds the token of the session's next request: `{"refreshToken"}` in, `{"refreshToken"}` out. The
   * file begins it; later jobs with the same file go on where the one before ended. `userAgent` is that of the sign-ins.
   */
  | { kind: 'chain'; tokens: TokenFile; path: string; userAgent: string }
  /** The server does the work by itself for that long, and answers what it has done: `{"done"}`. */
  | { kind: 'ask'; path: string }

/** Path of a file with a `Message` a line, as JSON. */
export type MessageFile = string
/** Path of a file with a token a line. */
export type TokenFile = string

export type Result = {
  requests: number
  seconds: number
  /** Milliseconds; null where nothing was sent. */
  p50Ms: number | null
  p99Ms: number | null
  /** Answers with a status that was not expected, and connections that broke. */
  failures: number
  /** The first of them, in words. */
  firstFailure: string | null
}

/** What the generator answers to one job. */
export type Report = { kind: 'result'; result: Result } | { kind: 'error'; message: string }
