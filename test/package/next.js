import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createVerifier } from '@latchkey/node'
import { createLatchkey } from '@latchkey/node/next'

/** An application of Next.js, built and served, that asks a server which answers as Latchkey does. */
const next = resolve('node_modules/next/dist/bin/next')
const folder = 'app-of-next'
const cookieName = '__Host-latchkey_access'

const encode = value => Buffer.from(JSON.stringify(value)).toString('base64url')
const token = `${encode({ alg: 'ES256' })}.${encode({ client_id: 'web', exp: 1893456000 })}.c2ln`

let questions = 0
let isDown = false
const latchkey = createServer((request, response) => {
  questions++
  if (isDown) return request.socket.destroy()
  const refused = { 'content-type': 'application/problem+json' }
  if (request.headers.authorization !== `Bearer ${token}`) {
    return response
      .writeHead(401, refused)
      .end('{"code":"session_revoked","title":"The session was revoked"}')
  }
  if (new URL(request.url, 'http://x').searchParams.get('permission') === 'missing') {
    return response.writeHead(403, refused).end('{"code":"permission_denied","requires":"missing"}')
  }
  const headers = { 'x-user-id': 'ada', 'x-session-id': 's', 'x-user-roles': '', 'x-user-permissions': '' }
  response.writeHead(204, headers).end()
})
await once(latchkey.listen(0, '127.0.0.1'), 'listening')

const files = {
  'package.json': '{"private":true,"type":"module"}',
  'lib.js': `import { createVerifier } from '@latchkey/node'
    import { createLatchkey } from '@latchkey/node/next'
    const verifier = createVerifier({ url: 'http://127.0.0.1:${latchkey.address().port}', issuer: 'https://app.test' })
    export const { getSession, withSession, middleware } = createLatchkey({ verifier })`,
  'proxy.js': `export { middleware as proxy } from './lib.js'
    export const config = { matcher: ['/guarded/:path*'] }`,
  'app/layout.js': `import { getSession } from '../lib.js'
    export default async function Layout({ children }) {
      const caller = await getSession().catch(() => null)
      return <html><body><header>{caller?.userId ?? 'nobody'}</header>{children}</body></html>
    }`,
  'app/page.js': `import { getSession } from '../lib.js'
    export default async function Page() {
      const caller = await getSession()
      return <p>{caller === null ? 'signed out' : 'signed in as ' + caller.userId}</p>
    }`,
  'app/guarded/page.js': `export default function Page() { return <p>guarded page</p> }`,
  'app/api/route.js': `import { callerOf } from '@latchkey/node/next'
    import { getSession, withSession } from '../../lib.js'
    export const GET = withSession(async request => Response.json({ by: callerOf(request), again: await getSession() }))
    export const POST = withSession(request => Response.json(callerOf(request)))
    export const DELETE = withSession(() => Response.json({}), { permission: 'missing' })`,
  'app/form/route.js': `import { getSession } from '../../lib.js'
    export async function POST() {
      try { return Response.json(await getSession()) } catch ({ statusCode, code }) {
        return Response.json({ code }, { status: statusCode })
      }
    }`,
}
for (const [path, text] of Object.entries(files)) {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}
const options = { cwd: folder, env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', CI: '1' } }
const built = spawnSync(process.execPath, [next, 'build'], { ...options, encoding: 'utf8' })
assert.equal(built.status, 0, built.stdout + built.stderr)

const [port] = await freePort()
const server = spawn(process.execPath, [next, 'start', '--port', String(port)], {
  ...options,
  stdio: 'ignore',
})
const site = `http://127.0.0.1:${port}`
try {
  while (!(await fetch(`${site}/api`).catch(() => null))) {
    assert.equal(server.exitCode, null, 'next start has ended')
    await sleep(100)
  }
  await use()
} finally {
  server.kill()
  latchkey.close()
  latchkey.closeAllConnections()
}

async function freePort() {
  const probe = createServer()
  await once(probe.listen(0, '127.0.0.1'), 'listening')
  const { port } = probe.address()
  probe.close()
  await once(probe, 'close')
  return [port]
}

async function ask(path, { method = 'GET', ...headers } = {}) {
  const response = await fetch(site + path, { method, headers, redirect: 'manual' })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

async function use() {
  const cookie = `${cookieName}=${token}`
  const ended = `${cookieName}=x.y.z`
  const html = { accept: 'text/html' }

  // Server components: the layout and the page ask once.
  questions = 0
  assert.match((await ask('/', { cookie })).text, /signed in as (<!-- -->)?ada/)
  assert.equal(questions, 1)
  for (const headers of [{}, { cookie: ended }]) assert.match((await ask('/', headers)).text, /signed out/)

  // Route handlers.
  const { by, again } = JSON.parse((await ask('/api', { authorization: `Bearer ${token}` })).text)
  assert.equal(by.userId, 'ada')
  assert.deepEqual(again, by)
  const refused = await ask('/api', { cookie: ended })
  assert.deepEqual([refused.status, JSON.parse(refused.text).code], [401, 'session_revoked'])
  const foreign = { method: 'POST', cookie, origin: 'https://evil.test', 'sec-fetch-site': 'same-site' }
  assert.equal((await ask('/api', foreign)).status, 403)
  assert.equal((await ask('/api', { method: 'POST', cookie, 'sec-fetch-site': 'same-origin' })).status, 200)
  const same = { method: 'DELETE', cookie, 'sec-fetch-site': 'same-origin' }
  assert.equal(JSON.parse((await ask('/api', same)).text).requires, 'missing')
  // What getSession reads is a POST, though Next.js does not say so.
  const form = { method: 'POST', cookie, 'content-type': 'application/x-www-form-urlencoded' }
  assert.equal((await ask('/form', { ...form, origin: 'https://evil.test' })).status, 403)
  assert.equal((await ask('/form', { ...form, 'sec-fetch-site': 'same-origin' })).status, 200)

  // The proxy.
  assert.match((await ask('/guarded', { ...html, cookie })).text, /guarded page/)
  const redirected = await ask('/guarded?a=1', html)
  const to = new URL(redirected.headers.get('location'), site)
  assert.deepEqual(
    [redirected.status, to.pathname, to.searchParams.get('returnTo')],
    [307, '/sign-in', '/guarded?a=1'],
  )
  assert.equal((await ask('/guarded', { accept: 'application/json' })).status, 401)
  // Behind another server a path may begin with two slashes. It must not become the name of another host.
  const { middleware } = createLatchkey({ verifier: createVerifier({ url: 'http://127.0.0.1:9' }) })
  const odd = await middleware(new Request('https://app.test//evil.test/', { headers: html }))
  assert.equal(odd.headers.get('location'), 'https://app.test/sign-in?returnTo=%2Fevil.test%2F')

  // An outage is a 503, and signs nobody out.
  isDown = true
  const page = await ask('/guarded', { ...html, cookie })
  assert.deepEqual([page.status, page.headers.get('retry-after')], [503, '1'])
  assert.match(page.text, /Service unavailable/)
  assert.equal((await ask('/api', { cookie })).status, 503)
  const failed = await ask('/', { cookie })
  assert.ok(failed.status >= 500 && !failed.text.includes('signed out'))
}
