import { describe, expect, it } from 'vitest'
import { client } from '../../support/client.ts'
import { createUser, goodPassword, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

const stores = { DATABASE_URL: (await freshDatabase()).url, REDIS_URL: (await freshRedis()).url }

/** What an instance with this setting logs of a sign-in, a 401, a 404, a 400, a probe and an OAuth failure. */
async function logged(setting: string): Promise<Record<string, unknown>[]> {
  const instance = await startInstance({ ...stores, LOG_REQUESTS: setting })
  const { call } = client(instance.url)
  const email = `${setting}@example.test`
  await createUser(instance.services, email)
  await call('POST', '/v1/auth/login', { body: { email, password: goodPassword } })
  await call('GET', '/v1/sessions/0198c0de-0000-7000-8000-000000000000?token=planted')
  await call('GET', '/planted/path?and=planted')
  await call('POST', '/v1/auth/login', { body: { email: 'planted' } })
  await call('GET', '/health/live')
  await fetch(`${instance.url}/v1/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'planted' }),
  })
  const lines = instance.logLines.filter(line => line.includes('request answered'))
  await instance.close()
  expect(lines.filter(line => line.includes('planted'))).toEqual([])
  return lines.map(line => JSON.parse(line))
}

const refusals = [
  { method: 'GET', route: '/v1/sessions/:id', status: 401, code: 'authentication_required' },
  { method: 'GET', route: 'none', status: 404, code: 'not_found' },
  { method: 'POST', route: '/v1/auth/login', status: 400, code: 'validation_failed' },
  { method: 'POST', route: '/v1/token', status: 400, code: 'refresh_token_invalid' },
]

describe('LOG_REQUESTS', () => {
  it('errors: logs each answer of 4xx once, with id, route, status, duration and code, and nothing that was sent', async () => {
    const lines = await logged('errors')
    expect(lines).toMatchObject(refusals)
    for (const line of lines) {
      expect(line).toMatchObject({
        level: 'info',
        reqId: expect.stringMatching(/^[0-9a-f]{32}$/),
        durationMs: expect.any(Number),
      })
    }
  })

  it('all: logs every answer, health checks included', async () => {
    const [signIn, ...others] = await logged('all')
    expect(signIn).toMatchObject({ route: '/v1/auth/login', status: 200 })
    expect(signIn).not.toHaveProperty('code')
    expect(others.map(({ route }) => route)).toContain('/health/live')
    expect(others).toHaveLength(refusals.length + 1)
  })

  it('off: logs none', async () => {
    expect(await logged('off')).toEqual([])
  })
})
