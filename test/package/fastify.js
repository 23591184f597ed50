import assert from 'node:assert/strict'
import Fastify from 'fastify'
import latchkey, { callerOf, Refused } from 'latchkey/fastify'

const app = Fastify()
// Nobody listens there: who is calling cannot be known.
await app.register(latchkey, { url: 'http://127.0.0.1:9' })
app.get('/', { onRequest: app.requireSession() }, request => callerOf(request))
app.get('/local', { onRequest: app.requireSession({ verify: 'locally' }) }, request => callerOf(request))
app.get('/reports', { onRequest: app.requirePermission('view_reports') }, request => callerOf(request))

for (const url of ['/', '/local', '/reports']) {
  const nobody = await app.inject(url)
  assert.deepEqual([nobody.statusCode, nobody.json().code], [401, 'authentication_required'])
}
const headers = { authorization: 'Bearer x' }
const unknown = await app.inject({ url: '/', headers })
assert.deepEqual([unknown.statusCode, unknown.json().code], [503, 'latchkey_unavailable'])
assert.throws(() => callerOf({ caller: null }), Refused)
await app.close()
