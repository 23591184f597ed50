import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync } from 'fastify'
import type { Logo } from '../../config/branding/formats.ts'
import { countDocument } from '../access/rate-limits.ts'
import { brandStyles, brandStylesPath, type ConsoleSettings, logoPath, pageWith } from './page.ts'

/** The folder to which `npm run build` writes the console, as seen from the sources and from the build. */
export const builtConsole = join(import.meta.dirname, '..', '..', '..', 'dist', 'console')

/**
 * Of these pages only: files of our own and calls of our own, and no script inside a page. Charts set the style of
 * their elements by script, which a policy of styles does not concern (CSP 3, §6.1.17).
 */
function pageHeaders(logo: Logo | null) {
  const pictures = logo?.kind === 'url' ? `'self' ${new URL(logo.url).origin}` : "'self'"
  return {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      `img-src ${pictures}`,
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join(';'),
    'cross-origin-opener-policy': 'same-origin',
  }
}

const prefix = '/console/'
const pageName = 'index.html'
const foreverSeconds = 31_536_000

/**
 * The console at `/console/`, each file a route of its own. Names of assets contain a hash of their content, so they may
 * be cached forever; the page is requested each time. Without a built console there are no routes.
 */
export const consolePages: FastifyPluginAsync<{ folder: string; settings: ConsoleSettings }> = async (
  app,
  { folder, settings },
) => {
  if (!existsSync(join(folder, pageName))) return
  const page = pageWith(await readFile(join(folder, pageName), 'utf8'), settings)
  const { logo, accent } = settings.branding
  const headers = pageHeaders(logo)
  const hidden = { schema: { hide: true } }
  app.addHook('onRequest', countDocument)
  app.get('/', hidden, (_request, reply) => reply.redirect(prefix, 302))
  app.get('/console', hidden, (_request, reply) => reply.redirect(prefix, 308))
  for (const path of [prefix, `${prefix}${pageName}`]) {
    app.get(path, hidden, (_request, reply) => reply.type('text/html; charset=utf-8').send(page))
  }
  if (logo?.kind === 'file') {
    app.get(logoPath, hidden, (_request, reply) => reply.type(logo.mediaType).send(logo.bytes))
  }
  if (accent !== null) {
    const styles = brandStyles(accent)
    app.get(brandStylesPath, hidden, (_request, reply) => reply.type('text/css; charset=utf-8').send(styles))
  }
  app.addHook('onSend', async (request, reply, payload) => {
    if (reply.statusCode >= 400) return payload
    const isAsset = request.url.startsWith(`${prefix}assets/`)
    const kept = isAsset ? `public, max-age=${foreverSeconds}, immutable` : 'no-cache'
    reply.headers({ ...headers, 'cache-control': kept, vary: 'accept-encoding' })
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
