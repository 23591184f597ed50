/** Entries of `ALLOWED_ORIGINS` for development: every port of this machine. */
export const anyLoopbackPort = ['http://localhost:*', 'http://127.0.0.1:*'] as const

/** Whether a page at `origin` may call: it is on the list, or it is on a local port and the list has the wildcard. */
export function isListedOrigin(origin: string, listed: readonly string[]): boolean {
  return listed.some(entry => (isWildcard(entry) ? hasHostOf(origin, entry) : entry === origin))
}

export function isWildcard(entry: string): boolean {
  return anyLoopbackPort.some(wildcard => wildcard === entry)
}

/** Browsers omit the default port (RFC 6454 §6.2). */
function hasHostOf(origin: string, wildcard: string): boolean {
  const host = wildcard.slice(0, -':*'.length)
  return origin === host || (origin.startsWith(`${host}:`) && /^\d{1,5}$/.test(origin.slice(host.length + 1)))
}
