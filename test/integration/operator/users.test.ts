import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { client, type Tokens } from '../../support/client.ts'
import { query } from '../../support/database.ts'
import { createUser, type Instance, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

const unknownId = '0198c0de-0000-7000-8000-000000000000'

let databaseUrl: string
let a: Instance
let b: Instance
/** Has every permission. */
let admin: Tokens & { id: string }
/** Manages and reads users, and nothing else. */
let manager: Tokens & { id: string }
let users = 0

beforeAll(async () => {
  databaseUrl = (await freshDatabase()).url
  const environment = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: (await freshRedis()).url,
    PERMISSIONS: JSON.stringify({ manager: ['users:manage', 'users:read'], clerk: ['claims:read'] }),
  }
  ;[a, b] = await Promise.all([startInstance(environment), startInstance(environment)])
  admin = await signedIn('admin')
  manager = await signedIn('manager')
})

afterAll(() => Promise.all([a.close(), b.close()]))

const newEmail = () => `managed-${users++}@example.test`

async function newUser(...roles: string[]) {
  const email = newEmail()
  return { email, id: await createUser(a.services, email, { roles }) }
}

async function signedIn(...roles: string[]): Promise<Tokens & { id: string; email: string }> {
  const user = await newUser(...roles)
  const tokens = await client(a.url).signIn(user.email)
  for (const { url } of [a, b]) expect((await client(url).verify(tokens.accessToken)).status).toBe(204)
  return { ...user, ...tokens }
}

function call(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown, by: Tokens = admin) {
  const rest = body === undefined ? {} : { body }
  return client(a.url).call(method, `/v1/admin/users${path}`, { token: by.accessToken, ...rest })
}

async function eventsOf(userId: string): Promise<[type: string, actor: string][]> {
  const rows = await query<{ type: string; actor: string }>(
    databaseUrl,
    `SELECT type, actor FROM security_events WHERE user_id = $1
     AND type IN ('user_created', 'user_disabled', 'user_enabled') ORDER BY created_at, id`,
    [userId],
  )
  return rows.map(({ type, actor }) => [type, actor])
}

describe('an operator who manages users', () => {
  it('creates a user without a password, once for an address, and is on record', async () => {
    const email = newEmail()
    const created = await call('POST', '', { email, roles: ['clerk'] })
    expect(created).toMatchObject({ status: 201, body: { email, roles: ['clerk'], disabled: false } })
    expect(await eventsOf(String(created.body['id']))).toEqual([['user_created', admin.id]])
    expect(await call('POST', '', { email: email.toUpperCase() })).toMatchObject({
      status: 409,
      body: { code: 'email_taken' },
    })
  })

  it('changes roles on every instance before the call returns; the sessions go on', async () => {
    const user = await signedIn()
    const changed = await call('PATCH', `/${user.id}`, { roles: ['clerk'] })
    expect(changed).toMatchObject({ status: 200, body: { id: user.id, roles: ['clerk'] } })
    for (const { url } of [a, b]) {
      const { status, headers } = await client(url).verify(user.accessToken)
      expect([status, headers.get('x-user-roles')]).toEqual([204, 'clerk'])
    }
  })

  it('disables an account on every instance before the call returns, and enables it again', async () => {
    const user = await signedIn()
    expect(await call('PATCH', `/${user.id}`, { disabled: true })).toMatchObject({
      status: 200,
      body: { disabled: true, disabledAt: expect.any(String) },
    })
    for (const { url } of [a, b]) {
      expect((await client(url).verify(user.accessToken)).body).toMatchObject({ reason: 'user_disabled' })
    }
    expect(await call('PATCH', `/${user.id}`, { disabled: false })).toMatchObject({
      body: { disabled: false, disabledAt: null },
    })
    await client(a.url).signIn(user.email)
    expect(await eventsOf(user.id)).toEqual([
      ['user_created', 'cli'],
      ['user_disabled', admin.id],
      ['user_enabled', admin.id],
    ])
  })

  it('changes roles and disables in one transaction', async () => {
    const user = await signedIn('clerk')
    expect(await call('PATCH', `/${user.id}`, { roles: [], disabled: true })).toMatchObject({
      body: { roles: [], disabled: true },
    })
    const moments = await query<{ at: string }>(
      databaseUrl,
      `SELECT DISTINCT xmin::text AS at FROM security_events
       WHERE user_id = $1 AND type IN ('roles_changed', 'user_disabled')`,
      [user.id],
    )
    expect(moments).toHaveLength(1)
    for (const { url } of [a, b]) expect((await client(url).verify(user.accessToken)).status).toBe(401)
  })

  it('deletes a user, whose sessions end on every instance before the call returns', async () => {
    const user = await signedIn()
    expect((await call('DELETE', `/${user.id}`)).status).toBe(204)
    for (const { url } of [a, b]) expect((await client(url).verify(user.accessToken)).status).toBe(401)
    expect(await query(databaseUrl, 'SELECT FROM users WHERE id = $1', [user.id])).toEqual([])
    expect((await call('DELETE', `/${user.id}`)).status).toBe(404)
  })

  it.each([
    ['an unknown user', 404, { disabled: true }, unknownId],
    ['nothing to change', 400, {}, unknownId],
    ['a role that could not stand in a header', 400, { roles: ['a,b'] }, unknownId],
    ['a field that does not exist', 400, { password: 'x' }, unknownId],
  ])('is told about %s', async (_, status, body, id) => {
    expect((await call('PATCH', `/${id}`, body)).status).toBe(status)
  })
})

describe('an operator without a permission', () => {
  const refused = { status: 403, body: { code: 'permission_denied', requires: 'sessions:read' } }

  it('gives it to no user, and not to themselves', async () => {
    const user = await newUser()
    expect(await call('PATCH', `/${user.id}`, { roles: ['admin'] }, manager)).toMatchObject(refused)
    expect(await call('PATCH', `/${manager.id}`, { roles: ['manager', 'admin'] }, manager)).toMatchObject(
      refused,
    )
    expect(await call('POST', '', { email: newEmail(), roles: ['admin'] }, manager)).toMatchObject(refused)
    expect((await call('PATCH', `/${user.id}`, { roles: ['clerk', 'manager'] }, manager)).status).toBe(200)
  })

  it('does not manage users who have it', async () => {
    const other = await signedIn('admin')
    expect(await call('PATCH', `/${other.id}`, { roles: [] }, manager)).toMatchObject(refused)
    expect(await call('PATCH', `/${other.id}`, { disabled: true }, manager)).toMatchObject(refused)
    expect(await call('DELETE', `/${other.id}`, undefined, manager)).toMatchObject(refused)
    expect((await client(b.url).verify(other.accessToken)).status).toBe(204)
  })
})
