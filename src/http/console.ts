import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
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
const pageName = 'index.html'
const foreverSeconds = 31_536_000

/** What the page knows of the settings, so that a form can state a rule before the service has to refuse. */
export type ConsoleSettings = { passwordMinLength: number; clientTypes: Iterable<string> }

/**
 * The console at `/console/`, each file a route of its own. Names of assets contain a hash of their content, so they may
 * be cached forever; the page is requested each time. Without a built console there are no routes.
 */
export const consolePages: FastifyPluginAsync<{ folder: string; settings: ConsoleSettings }> = async (
  app,
  { folder, settings },
) => {
  if (!existsSync(join(folder, pageName))) return
  const page = withSettings(await readFile(join(folder, pageName), 'utf8'), settings)
  app.addHook('onRequest', countDocument)
  app.get('/', { schema: { hide: true } }, (_request, reply) => reply.redirect(prefix, 302))
  app.get('/console', { schema: { hide: true } }, (_request, reply) => reply.redirect(prefix, 308))
  for (const path of [prefix, `${prefix}${pageName}`]) {
    app.get(path, { schema: { hide: true } }, (_request, reply) =>
      reply.type('text/html; charset=utf-8').send(page),
    )
  }
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
    index: false,
    globIgnore: ['**/*.{br,gz}', pageName],
    cacheControl: false,
  })
}

/** Fills in the metas of the page, which has the defaults. The values are digits and names of `[a-z0-9_-]`. */
function withSettings(page: string, { passwordMinLength, clientTypes }: ConsoleSettings): string {
  const contents = {
    'password-min-length': String(passwordMinLength),
    'client-types': [...clientTypes].join(' '),
  }
  return Object.entries(contents).reduce((html, [name, content]) => {
    const meta = new RegExp(`(?<=<meta name="latchkey-${name}" content=")[^"]*`)
    return html.replace(meta, () => content)
  }, page)
}
