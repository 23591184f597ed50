import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { buildApp, createLogger, createServices, Problem, readConfig, version } from 'latchkey'

assert.match(version, /^\d+\.\d+\.\d+/)
assert.equal(new Problem('session_revoked').status, 401)
// Connects to nothing until it is started.
const config = readConfig({
  DATABASE_URL: 'postgres://127.0.0.1/unused',
  LATCHKEY_SECRET: randomBytes(32).toString('base64'),
})
const services = createServices(config, createLogger('silent'))
const app = await buildApp(services)
assert.equal((await app.inject('/health/live')).statusCode, 200)
await app.close()
await services.close()
