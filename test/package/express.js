import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createVerifier } from '@latchkey/node'
import { callerOf, latchkey } from '@latchkey/node/express'
import express from 'express'

const { requireSession, requirePermission } = latchkey(createVerifier({ url: 'http://127.0.0.1:9' }))
const app = express()
app.get('/', requireSession(), (request, response) => response.json(callerOf(request)))
app.get('/reports', requirePermission('view_reports'), (request, response) => response.json(request.caller))
const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')

async function ask(path, headers = {}) {
  const response = await fetch(`http://127.0.0.1:${server.address().port}${path}`, { headers })
  return [response.status, (await response.json()).code]
}
for (const path of ['/', '/reports']) {
  assert.deepEqual(await ask(path), [401, 'authentication_required'])
  assert.deepEqual(await ask(path, { authorization: 'Bearer x' }), [503, 'latchkey_unavailable'])
}
assert.throws(() => callerOf({}), { statusCode: 401 })
server.close()
server.closeAllConnections()
