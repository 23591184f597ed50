import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createVerifier } from '@latchkey/node'
import { callerOf, Refused, refuse, withNodeSession, withSession } from '@latchkey/node/http'

const verifier = createVerifier({ url: 'http://127.0.0.1:9' })
const signedIn = new Request('http://app.test/', { headers: { authorization: 'Bearer x' } })
const nobody = new Request('http://app.test/')

const handler = withSession(verifier, request => Response.json(callerOf(request)))
for (const [request, expected] of [
  [nobody, 401],
  [signedIn, 503],
]) {
  assert.equal((await handler(request)).status, expected)
  assert.equal((await refuse(verifier, request, { permission: 'p' })).status, expected)
}
assert.throws(() => callerOf(nobody), Refused)

const server = createServer(withNodeSession(verifier, (_request, response) => response.end('let in')))
await once(server.listen(0, '127.0.0.1'), 'listening')
const response = await fetch(`http://127.0.0.1:${server.address().port}`)
assert.deepEqual([response.status, (await response.json()).code], [401, 'authentication_required'])
server.close()
server.closeAllConnections()
