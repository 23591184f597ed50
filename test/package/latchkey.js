import assert from 'node:assert/strict'
import { problems, version } from 'latchkey'

assert.match(version, /^\d+\.\d+\.\d+/)
assert.equal(problems.session_revoked.status, 401)
