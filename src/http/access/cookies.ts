import { fastifyCookie } from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Instant } from '../../clock.ts'
import { Problem } from '../../errors.ts'
import type { TokenPair } from '../../session/session.ts'

/** Further cookies are ignored: no site has this many hosts and paths that reach the refresh path. */
const mostRefreshCookies = 16

/** The only path to which the refresh cookie is sent. */
export const refreshPath = '/v1/auth/refresh'

const epoch = new Date(0)

export type Cookies = ReturnType<typeof createCookies>

/**
 * The tokens of a browser. No script can read them; requests from other sites do not carry them; and because of their
 * prefixes, no other host of the domain and no attacker on an unencrypted connection can set them (RFC
 * 6265bis §4.1.3). `insecure` omits the prefixes and `Secure`, for development over plain HTTP on one machine.
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
    /** Several if another host of the site has set some too; the caller decides which one to use. */
    refreshTokens: (request: FastifyRequest) =>
      valuesOf(request, refresh.name).filter(Boolean).slice(0, mostRefreshCookies),
    deviceToken: (request: FastifyRequest) => presented(request, device.name),

    /**
     * Both cookies live as long as the refresh token. An expired access token in its cookie still arrives
     * and gets `access_token_expired`, which tells the page to refresh; and it still identifies
     * the session at sign-out, where the refresh cookie is not sent.
     */
    signIn(reply: FastifyReply, tokens: TokenPair, now: Instant): void {
      const maxAge = Math.max(0, Math.floor((tokens.refreshExpiresAt - now) / 1000))
      set(reply, access, tokens.accessToken, maxAge)
      set(reply, refresh, tokens.refreshToken, maxAge)
    },

    /** Makes this browser a known device at the next sign-in. It survives a sign-out. */
    remember(reply: FastifyReply, deviceToken: string, maxAgeSeconds: number): void {
      set(reply, device, deviceToken, maxAgeSeconds)
    },

    /**
     * Only a sign-out does this, never a rejection: the response to an old cookie may arrive after a new sign-in, and would
     * remove the new cookies. `"cookies"` is not on the list to clear, since it would remove the device
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
 * Throws `validation_failed` for a duplicate cookie: a parser would keep the first and silently drop the
 * other, and the choice must not be left to chance.
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
