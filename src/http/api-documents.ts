import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import { pageTheme } from './api-page.ts'

export type ApiDocumentsOptions = {
  /** Whether to serve `/docs`. Otherwise its code is not loaded. */
  docs: boolean
  /** Runs before each of these documents is sent, and may reject the request. */
  onRequest: onRequestHookHandler
  /** The description as text, after the application is ready. */
  render: () => string
}

/**
 * The pages under `/docs` are the only ones that a browser renders, from our own files; so only they may load
 * anything. Swagger UI draws its icons from `data:` URIs.
 */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join(';')

const documentPath = '/openapi.json'
/** Swagger UI reads the first, and its plugin renders both anew for each request. JSON is YAML. */
const aliases = ['/docs/json', '/docs/yaml']

/** The description of the API at `/openapi.json`, and pages that show it at `/docs`. */
export async function publishApi(
  app: FastifyInstance,
  { docs, onRequest, render }: ApiDocumentsOptions,
): Promise<void> {
  let rendered: Rendered | null = null
  app.get(documentPath, { schema: { hide: true }, onRequest }, (request, reply) => {
    rendered ??= renderOnce(render())
    sendDocument(rendered, request, reply)
  })
  if (!docs) return
  const { default: swaggerUi } = await import('@fastify/swagger-ui')
  await app.register(async pages => {
    pages.addHook('onRequest', onRequest)
    pages.addHook('onRoute', route => {
      if (aliases.includes(route.url)) route.handler = (_request, reply) => reply.redirect(documentPath, 308)
    })
    await pages.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: pagePolicy,
      ...pageTheme,
      uiConfig: { tryItOutEnabled: true },
    })
  })
}

type Rendered = { plain: Buffer; gzipped: Buffer; tag: string }

/** Rendering takes 7 ms of CPU time, so it happens once for all callers. */
function renderOnce(text: string): Rendered {
  const plain = Buffer.from(text)
  const tag = createHash('sha256').update(plain).digest('base64url').slice(0, 22)
  return { plain, gzipped: gzipSync(plain, { level: 9 }), tag }
}

function sendDocument({ plain, gzipped, tag }: Rendered, request: FastifyRequest, reply: FastifyReply): void {
  const isGzipped = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  const etag = isGzipped ? `"${tag}-gzip"` : `"${tag}"`
  reply.headers({ etag, 'cache-control': 'public, max-age=300', vary: 'accept-encoding' })
  if (request.headers['if-none-match']?.includes(etag)) {
    reply.code(304).send()
    return
  }
  if (isGzipped) reply.header('content-encoding', 'gzip')
  reply.type('application/json').send(isGzipped ? gzipped : plain)
}
