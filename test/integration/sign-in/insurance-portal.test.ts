import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { operatorPermissions } from '../../../src/access/permissions.ts'
import { client } from '../../support/client.ts'
import { countStoreCalls } from '../../support/counted.ts'
import { createUser, goodPassword, type Instance, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

const permissions = {
  customer: ['view_own_policies', 'view_own_claims', 'submit_claim', 'request_quote', 'update_profile'],
  agent: [
    'view_customer_policies',
    'view_customer_claims',
    'process_claims',
    'create_quotes',
    'update_customer_profile',
    'view_agent_dashboard',
  ],
  admin: operatorPermissions,
}

let portal: Instance

beforeAll(async () => {
  portal = await startInstance({
    DATABASE_URL: (await freshDatabase()).url,
    REDIS_URL: (await freshRedis()).url,
    NEAR_CACHE_MAX_SESSIONS: '0',
    PERMISSIONS: '@examples/insurance-portal/permissions.json',
    SESSION_POLICIES: '@examples/insurance-portal/policies.json',
  })
  for (const role of ['customer', 'agent', 'support', 'security', 'admin', 'visitor']) {
    await createUser(portal.services, `${role}@example.test`, { roles: [role] })
  }
  await createUser(portal.services, 'both@example.test', { roles: ['customer', 'agent'] })
})

afterAll(() => portal.close())

const api = () => client(portal.url)

async function signIn(name: string, clientType: string): Promise<string> {
  return (await api().signIn(`${name}@example.test`, { clientType })).accessToken
}

async function mayDo(token: string, permission: string): Promise<boolean> {
  const answer = await api().call('GET', `/v1/verify?permission=${permission}`, { token })
  if (answer.status === 204) return true
  expect([answer.status, answer.body['code'], answer.body['requires']]).toEqual([
    403,
    'permission_denied',
    permission,
  ])
  return false
}

describe('the insurance portal of examples/', () => {
  it.each([
    ['customer', 'portal', permissions.customer],
    ['agent', 'workstation', permissions.agent],
    ['admin', 'console', permissions.admin],
    ['both', 'mobile', [...permissions.customer, ...permissions.agent]],
  ])(
    'lets a person as %s on %s do what the role may, and nothing else',
    async (name, clientType, allowed) => {
      const token = await signIn(name, clientType)
      const { body } = await api().call('GET', '/v1/auth/session', { token })
      expect(body['user']).toMatchObject({ permissions: [...allowed].sort() })
      const all = Object.values(permissions).flat()
      const may = []
      for (const permission of all) if (await mayDo(token, permission)) may.push(permission)
      expect(may.sort()).toEqual([...allowed].sort())
      expect(await mayDo(token, 'no_such_permission')).toBe(false)
    },
  )

  it.each([
    ['customer', ['portal', 'mobile']],
    ['agent', ['workstation', 'field']],
    ['support', ['console']],
    ['security', ['console']],
    ['admin', ['console']],
    ['both', ['portal', 'mobile', 'workstation', 'field']],
    ['visitor', []],
  ])('lets a person as %s sign in with %j only', async (name, allowed) => {
    const tried = ['portal', 'mobile', 'workstation', 'field', 'console']
    const admitted = []
    for (const clientType of tried) {
      const body = { email: `${name}@example.test`, password: goodPassword, clientType }
      const answer = await api().call('POST', '/v1/auth/login', { body })
      if (answer.status === 200) admitted.push(clientType)
      else expect([answer.status, answer.body['code']]).toEqual([403, 'client_type_not_allowed'])
    }
    expect(admitted).toEqual(allowed)
  })

  it('gives those who look after the service no more than they need', async () => {
    const [support, security] = [await signIn('support', 'console'), await signIn('security', 'console')]
    const may = async (token: string) => {
      const allowed = []
      for (const permission of operatorPermissions)
        if (await mayDo(token, permission)) allowed.push(permission)
      return allowed
    }
    expect(await may(support)).toEqual(['sessions:read', 'users:read', 'users:unlock'])
    expect(await may(security)).toEqual([
      'sessions:read',
      'sessions:revoke',
      'users:read',
      'users:unlock',
      'audit:read',
    ])
  })

  it('costs no more I/O when a permission is asked for', async () => {
    const token = await signIn('agent', 'workstation')
    await mayDo(token, 'process_claims')
    for (const permission of ['process_claims', 'submit_claim']) {
      const { sql, redis } = await countStoreCalls(() => mayDo(token, permission))
      expect({ sql, redis }).toEqual({ sql: [], redis: ['mget'] })
    }
  })
})
