import assert from 'node:assert/strict'
import { createVerifier, problemFor, Refused } from '@latchkey/node'

// Nobody listens there: who is calling cannot be known.
const verifier = createVerifier({ url: 'http://127.0.0.1:9', serviceKey: undefined })
const states = []
const unsubscribe = verifier.on('state', state => states.push(state))

const unknown = await verifier.verify('x')
assert.equal(unknown.kind, 'unknown')
assert.deepEqual([verifier.state, states], ['lost', ['lost']])
const answer = problemFor(unknown)
assert.deepEqual([answer.status, answer.headers['retry-after']], [503, '1'])
assert.equal(JSON.parse(answer.body).code, 'latchkey_unavailable')

const local = await verifier.verify('x', { revocation: 'token-lifetime' })
assert.deepEqual([local.kind, local.status], ['refused', 401])
const nobody = await verifier.verify({ headers: {}, method: 'GET' })
assert.equal(nobody.code, 'authentication_required')

const starting = verifier.start()
unsubscribe()
await verifier.close()
await assert.rejects(starting, /closed/)
assert.equal(new Refused(401, 'x', 'y').statusCode, 401)
