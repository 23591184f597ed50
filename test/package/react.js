import assert from 'node:assert/strict'
import { LatchkeyProvider, useLatchkey, useSession, useSessionManagement } from 'latchkey/react'

for (const part of [LatchkeyProvider, useLatchkey, useSession, useSessionManagement]) {
  assert.equal(typeof part, 'function')
}
