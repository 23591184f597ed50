import assert from 'node:assert/strict'
import { createLatchkeyClient, LatchkeyError } from 'latchkey/client'

// Nobody listens there.
const client = createLatchkeyClient({ baseUrl: 'http://127.0.0.1:9', transport: 'bearer', patienceMs: 0 })
const failed = await client.signIn({ email: 'a@example.com', password: 'b' }).catch(error => error)
assert(failed instanceof LatchkeyError)
assert.equal(failed.code, 'network_error')
