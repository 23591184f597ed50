import assert from 'node:assert/strict'
import * as catalog from '@latchkey/react/messages/LANGUAGE'

assert.deepEqual(Object.keys(catalog), ['LANGUAGE'])
