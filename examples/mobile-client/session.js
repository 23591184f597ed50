import { homedir } from 'node:os'
import { join } from 'node:path'
import { createLatchkeyClient } from '@latchkey/client'
import { fileStorage } from './secure-storage.js'

const { LATCHKEY_URL = 'http://127.0.0.1:3000', API_URL = 'http://127.0.0.1:8080' } = process.env
const { TOKEN_FILE = join(homedir(), '.latchkey-example', 'tokens.json') } = process.env

export const apiUrl = API_URL

export const latchkey = createLatchkeyClient({
  baseUrl: LATCHKEY_URL,
  transport: 'bearer',
  storage: fileStorage(TOKEN_FILE),
  // Its limits: a session lasts for up to 30 days, of which it may be idle for 2 hours. See SESSION_POLICIES.
  clientType: 'mobile',
  // Where `latchkey.fetch` may send the access token, beside Latchkey itself.
  origins: [new URL(API_URL).origin],
  // A user is waiting.
  patienceMs: 5_000,
})
