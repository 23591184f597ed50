import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Child, startChild, untilReady } from '../../../scripts/stores/child.ts'
import { client } from '../../support/client.ts'
import { freePort } from '../../support/port.ts'
import { createUser, type Instance, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

const root = join(import.meta.dirname, '..', '..', '..')
let instance: Instance
let service: Child
let url: string

beforeAll(async () => {
  const port = await freePort()
  const servicePort = await freePort()
  instance = await startInstance(
    {
      DATABASE_URL: (await freshDatabase()).url,
      REDIS_URL: (await freshRedis()).url,
      ISSUER: `http://127.0.0.1:${port}`,
      PERMISSIONS: JSON.stringify({ manager: ['view_all_orders'] }),
    },
    port,
  )
  url = `http://127.0.0.1:${servicePort}`
  service = await startChild(
    process.execPath,
    ['--import', 'tsx', join(root, 'examples/orders-service/server.ts')],
    {
      stopSignal: 'SIGTERM',
      output: 'pipe',
      cwd: root,
      env: { ...process.env, LATCHKEY_URL: instance.url, PORT: String(servicePort), LOG_LEVEL: 'silent' },
    },
  )
  service.stdout?.resume()
  service.stderr?.resume()
  await untilReady(service, 120_000, () => fetch(`${url}/menu`))
})
afterAll(async () => {
  await service?.stop()
  await instance.close()
})

async function signIn(name: string, roles: string[] = []): Promise<string> {
  await createUser(instance.services, `${name}@example.test`, { roles })
  return (await client(instance.url).signIn(`${name}@example.test`)).accessToken
}

it('the example service shows the menu to all, their orders to people, and all orders to managers', async () => {
  const api = client(url)
  const [ada, bob] = [await signIn('ada'), await signIn('bob')]
  const manager = await signIn('manager', ['manager'])
  expect((await api.call('GET', '/menu')).status).toBe(200)
  expect((await api.call('GET', '/orders')).status).toBe(401)
  const ordered = await api.call('POST', '/orders', { token: ada, body: { item: 'tea' } })
  expect([ordered.status, ordered.body['item']]).toEqual([201, 'tea'])
  expect((await api.call('GET', '/orders', { token: ada })).body['orders']).toHaveLength(1)
  expect((await api.call('GET', '/orders', { token: bob })).body['orders']).toHaveLength(0)
  expect((await api.call('GET', '/orders/all', { token: bob })).body['code']).toBe('permission_denied')
  expect((await api.call('GET', '/orders/all', { token: manager })).body['orders']).toHaveLength(1)

  await client(instance.url).call('POST', '/v1/auth/logout', { token: ada })
  const refused = await api.call('POST', '/orders', { token: ada, body: { item: 'coffee' } })
  expect([refused.status, refused.body['code']]).toEqual([401, 'session_revoked'])
})
