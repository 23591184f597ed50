import assert from 'node:assert/strict'
import * as react from 'latchkey/react'

assert.deepEqual(Object.keys(react).sort(), [
  'ChangePassword',
  'Devices',
  'LatchkeyProvider',
  'SecurityActivity',
  'SignIn',
  'SignUp',
  'useLatchkey',
  'useSecurityActivity',
  'useSession',
  'useSessionManagement',
  'useTokenStatus',
])
