import { fastifyCookie } from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Instant } from '../../clock.ts'
import { Problem } from '../../errors.ts'
import type { TokenPair } from '../../session/session.ts'

/** More are read no further: a site has fewer hosts and paths that reach the refresh path. */
const mostRefreshCookies = 16

/** Where the refresh cookie goes, and nowhere else. */
export const refreshPath = '/v1/auth/refresh'

const epoch = new Date(0)

export type Cookies = ReturnType<typeof createCookies>

/**
 * The tokens of a browser. No script can read them; none comes along when another site sends the request; and by their
 * names' prefixes no other host of the domain, and no attacker on an unencrypted connection, can have set them (RFC
 * 6265bis §4.1.3). `insecure` leaves out the prefixes and `Secure`, for trying things out over plain HTTP on one machine.
 */
export function createCookies({ insecure }: { insecure: boolean }) {
  const common = { httpOnly: true, secure: !insecure, sameSite: 'strict' } as const
  const host = insecure ? '' : '__Host-'
  const secure = insecure ? '' : '__Secure-'
  const access = { name: `${host}latchkey_access`, attributes: { ...common, path: '/' } }
  const refresh = { name: `${secure}latchkey_refresh`, attributes: { ...common, path: refreshPath } }
  const device = { name: `${host}latchkey_device`, attributes: { ...common, path: '/' } }

  function set(
    reply: FastifyReply,
    { name, attributes }: typeof access,
    value: string,
    maxAge: number,
  ): void {
    reply.header('set-cookie', fastifyCookie.serialize(name, value, { ...attributes, maxAge }))
  }

  function clear(reply: FastifyReply, { name, attributes }: typeof access): void {
    const ended = { ...attributes, maxAge: 0, expires: epoch }
    reply.header('set-cookie', fastifyCookie.serialize(name, '', ended))
  }

  return {
    accessToken: (request: FastifyRequest) => presented(request, access.name),
    /** Several when another host of the site has set some, too; the caller decides which one counts. */
    refreshTokens: (request: FastifyRequest) =>
      valuesOf(request, refresh.name).filter(Boolean).slice(0, mostRefreshCookies),
    deviceToken: (request: FastifyRequest) => presented(request, device.name),

    /**
     * Both cookies live as long as the refresh token. An access token that has run out inside its cookie still arrives,
     * and is answered by `access_token_expired`, which is how a page learns that it has to refresh; and it still names
     * the session at sign-out, where the refresh cookie does not come along.
     */
    signIn(reply: FastifyReply, tokens: TokenPair, now: Instant): void {
      const maxAge = Math.max(0, Math.floor((tokens.refreshExpiresAt - now) / 1000))
      set(reply, access, tokens.accessToken, maxAge)
      set(reply, refresh, tokens.refreshToken, maxAge)
    },

    /** What makes this browser known at the next sign-in; it outlives a sign-out. */
    remember(reply: FastifyReply, deviceToken: string, maxAgeSeconds: number): void {
      set(reply, device, deviceToken, maxAgeSeconds)
    },

    /**
     * Only a sign-out does this, never a refusal: an answer to an old cookie may arrive after a new sign-in, and would
     * take that one's cookies away. `"cookies"` is not on the list of what to clear, since it would take the device
     * cookie too, and every other cookie of the domain (W3C Clear Site Data §3.1).
     */
    signOut(reply: FastifyReply): void {
      clear(reply, access)
      clear(reply, refresh)
      reply.header('clear-site-data', '"cache", "storage"')
    },
  }
}

/**
 * Throws `validation_failed` when the cookie comes twice: a parser would keep the first and drop the other without a
 * word, and which of the two is meant must not be left to chance.
 */
function presented(request: FastifyRequest, name: string): string | null {
  const values = valuesOf(request, name)
  if (values.length > 1) {
    throw new Problem('validation_failed', { detail: `Send the cookie ${name} once, not several times.` })
  }
  return values[0] || null
}

function valuesOf(request: FastifyRequest, name: string): string[] {
  const { cookie } = request.headers
  if (cookie === undefined) return []
  return cookie
    .split(';')
    .map(pair => pair.trim())
    .filter(pair => pair.startsWith(`${name}=`))
    .map(pair => pair.slice(name.length + 1))
}
