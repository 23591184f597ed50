import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { client, tokensOf } from '../../support/client.ts'
import { createUser, type Instance, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

/** A user of Redis with the rights that docs/operate/deployment.md names, and no others. */
const user = 'latchkey-with-few-rights'

let admin: Redis
let instance: Instance

beforeAll(async () => {
  const url = new URL((await freshRedis()).url)
  admin = new Redis(url.href)
  // SELECT, since the tests share one server by its numbered databases.
  const commands = [...(await documentedCommands()), 'SELECT'].map(
    command => `+${command.toLowerCase().replace(' ', '|')}`,
  )
  await admin.acl(
    'SETUSER',
    user,
    ...['reset', 'on', '>few', '~session:*', '~blacklist:*', '~rate:*', '&latchkey:news'],
    ...commands,
  )
  url.username = user
  url.password = 'few'
  instance = await startInstance({
    DATABASE_URL: (await freshDatabase()).url,
    REDIS_URL: url.href,
    NEAR_CACHE_MAX_SESSIONS: '0',
  })
})

afterAll(async () => {
  await instance.close()
  await admin.acl('DELUSER', user)
  admin.disconnect()
})

async function documentedCommands(): Promise<string[]> {
  const page = await readFile('docs/operate/deployment.md', 'utf8')
  const [, list = ''] = /the channel `latchkey:news`, and the commands (.*?); for a Cluster/.exec(page) ?? []
  return [...list.matchAll(/`([A-Z ]+)`/g)].map(([, command = '']) => command)
}

describe('a user of Redis with the documented rights', () => {
  it('is enough for signing in, verifying, refreshing and revoking, and nothing else is tried', async () => {
    const api = client(instance.url)
    await createUser(instance.services, 'few@example.test')
    const first = await api.signIn('few@example.test')
    expect((await api.verify(first.accessToken)).status).toBe(204)
    const { accessToken } = tokensOf(await api.refresh(first.refreshToken))
    expect((await api.verify(accessToken)).status).toBe(204)
    const kinds = (await admin.keys('*')).map(key => key.split(':')[0])
    expect(new Set(kinds)).toEqual(new Set(['session', 'rate']))
    expect((await api.call('POST', '/v1/auth/logout', { token: accessToken })).status).toBe(204)
    expect((await api.verify(accessToken)).status).toBe(401)
    expect((await api.call('GET', '/health/ready')).body).toMatchObject({ redis: 'up' })
    expect((await denials()).filter(entry => entry.includes(user))).toEqual([])
  })
})

describe('a user of Redis with fewer rights', () => {
  it.each([
    ['that may not write', ['-set', '&latchkey:news'], /set/i],
    ['that may not subscribe', ['resetchannels'], /channel/],
  ])('%s is restricted: logged once, shown in health, and sessions work', async (_name, rules, refused) => {
    const name = `${user}-${randomBytes(4).toString('hex')}`
    const url = new URL((await freshRedis()).url)
    await admin.acl('SETUSER', name, 'reset', 'on', '>few', '~*', '+@all', ...rules)
    url.username = name
    url.password = 'few'
    const restricted = await startInstance({
      DATABASE_URL: (await freshDatabase()).url,
      REDIS_URL: url.href,
    })
    try {
      const api = client(restricted.url)
      await createUser(restricted.services, 'restricted@example.test')
      const { accessToken } = await api.signIn('restricted@example.test')
      expect((await api.verify(accessToken)).status).toBe(204)
      await expect
        .poll(async () => (await api.call('GET', '/health/ready')).body, { timeout: 20_000 })
        .toMatchObject({ status: 'degraded', redis: 'restricted' })
      expect((await api.call('POST', '/v1/auth/logout', { token: accessToken })).status).toBe(204)
      expect((await api.verify(accessToken)).status).toBe(401)
      const told = restricted.logLines.filter(line => line.includes('redis is restricted'))
      expect(told).toHaveLength(1)
      expect(told[0]).toMatch(refused)
      expect(told[0]).toMatch(/NOPERM.+docs\/operate\/deployment\.md/)
    } finally {
      await restricted.close()
      await admin.acl('DELUSER', name)
    }
  })
})

/** What Redis has refused, by whom. */
async function denials(): Promise<string[]> {
  const log: unknown = await admin.acl('LOG')
  return Array.isArray(log) ? log.map(String) : []
}
