import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync } from 'fastify'
import { countDocument } from './access/rate-limits.ts'

/** Where `npm run build` puts the console; the same place seen from the sources and from the build. */
export const builtConsole = join(import.meta.dirname, '..', '..', 'dist', 'console')

/**
 * Of these pages only: files of our own and calls of our own, and no script inside a page. Charts set the style of
 * their elements by script, which a policy of styles does not concern (CSP 3, §6.1.17).
 */
const pageHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join(';'),
  'cross-origin-opener-policy': 'same-origin',
}

const prefix = '/console/'
const foreverSeconds = 31_536_000

/**
 * The console at `/console/`, each file a route of its own. Names of assets have a hash of what is in them, so they may
 * be kept for ever; the page is asked for anew each time. Where no console has been built, there is none.
 */
export const consolePages: FastifyPluginAsync<{ folder: string }> = async (app, { folder }) => {
  if (!existsSync(join(folder, 'index.html'))) return
  app.addHook('onRequest', countDocument)
  app.get('/console', { schema: { hide: true } }, (_request, reply) => reply.redirect(prefix, 308))
  app.addHook('onSend', async (request, reply, payload) => {
    if (reply.statusCode >= 400) return payload
    const isAsset = request.url.startsWith(`${prefix}assets/`)
    const kept = isAsset ? `public, max-age=${foreverSeconds}, immutable` : 'no-cache'
    reply.headers({ ...pageHeaders, 'cache-control': kept, vary: 'accept-encoding' })
    return payload
  })
  await app.register(fastifyStatic, {
    root: folder,
    prefix,
    wildcard: false,
    decorateReply: false,
    preCompressed: true,
    globIgnore: ['**/*.{br,gz}'],
    cacheControl: false,
  })
}
