import { once } from 'node:events'
import { createServer, request as httpRequest, type RequestListener } from 'node:http'
import express from 'express'
import express4 from 'express4'
import Fastify from 'fastify'
import { Hono } from 'hono'
import { listening } from '../../../../test/support/silent-server.ts'
import { callerOf, latchkey as forExpress, type Middleware } from '../../src/express.ts'
import latchkeyPlugin, { callerOf as callerOfFastify } from '../../src/fastify.ts'
import { refuse, withNodeSession, withSession } from '../../src/http.ts'
import type { Verifier } from '../../src/index.ts'

export type Received = { status: number; headers: Record<string, string>; body: Record<string, unknown> }

/** Header values of a list are sent one by one. */
export type Sent = { method?: string; path: string; headers: Record<string, string | string[]> }

/** A service of somebody else: `/orders` needs a session, `/reports` the permission `view_reports`. */
export type Receiver = { send(sent: Sent): Promise<Received>; close(): Promise<void> }

export const receivers: Record<string, (verifier: Verifier) => Promise<Receiver>> = {
  'Fastify 5': async verifier => {
    const app = Fastify()
    await app.register(latchkeyPlugin, { verifier })
    app.all('/orders', { onRequest: app.requireSession() }, request => callerOfFastify(request))
    app.get('/reports', { onRequest: app.requirePermission('view_reports') }, request => request.caller)
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    return { send: sent => sendTo(url, sent), close: () => app.close() }
  },

  'Express 4': async verifier => await overHttp(expressApp(express4(), verifier)),
  'Express 5': async verifier => await overHttp(expressApp(express(), verifier)),

  'node:http': async verifier => {
    const answer: RequestListener = (request, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(callerOf(request)))
    }
    const orders = withNodeSession(verifier, answer)
    const reports = withNodeSession(verifier, answer, { permission: 'view_reports' })
    return await overHttp((request, response) => {
      void (request.url === '/reports' ? reports : orders)(request, response)
    })
  },

  'a fetch handler': async verifier => {
    const answer = (request: Request, status: number) => Response.json(callerOf(request), { status })
    const orders = withSession(verifier, answer)
    const reports = withSession(verifier, answer, { permission: 'view_reports' })
    const handler = (request: Request) =>
      (new URL(request.url).pathname === '/reports' ? reports : orders)(request, 200)
    return withoutHttp(handler)
  },

  Hono: async verifier => {
    const app = new Hono()
    app.use('/orders', async (c, next) => (await refuse(verifier, c.req.raw)) ?? (await next()))
    app.use('/reports', async (c, next) => {
      return (await refuse(verifier, c.req.raw, { permission: 'view_reports' })) ?? (await next())
    })
    app.all('*', c => c.json(callerOf(c.req.raw)))
    return withoutHttp(async request => await app.fetch(request))
  },
}

/** What both versions of Express have. */
type ExpressApp = RequestListener &
  Record<'all' | 'get', (path: string, ...handlers: Middleware[]) => unknown>

function expressApp(app: ExpressApp, verifier: Verifier): ExpressApp {
  const { requireSession, requirePermission } = forExpress(verifier)
  const answer: Middleware = (request, response) => void response.end(JSON.stringify(callerOf(request)))
  app.all('/orders', requireSession(), answer)
  app.get('/reports', requirePermission('view_reports'), (request, response) => {
    response.end(JSON.stringify(request.caller))
  })
  return app
}

async function overHttp(listener: RequestListener): Promise<Receiver> {
  const server = createServer(listener)
  const url = `http://127.0.0.1:${await listening(server)}`
  return {
    send: sent => sendTo(url, sent),
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function withoutHttp(handler: (request: Request) => Promise<Response>): Receiver {
  return {
    async send({ method = 'GET', path, headers }) {
      const list = Object.entries(headers).flatMap(([name, values]) =>
        [values].flat().map((value): [string, string] => [name, value]),
      )
      const response = await handler(
        new Request(`https://app.example.test${path}`, { method, headers: list }),
      )
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: recordIn(await response.text()),
      }
    },
    close: async () => undefined,
  }
}

/** Not by `fetch`, which sends Fetch Metadata of its own. */
async function sendTo(url: string, { method = 'GET', path, headers }: Sent): Promise<Received> {
  const request = httpRequest(url + path, { method, headers, agent: false }).end()
  const [response] = await once(request, 'response')
  let body = ''
  for await (const chunk of response.setEncoding('utf8')) body += chunk
  return { status: response.statusCode, headers: response.headers, body: recordIn(body) }
}

function recordIn(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text)
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
