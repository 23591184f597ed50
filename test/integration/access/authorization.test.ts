import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { documentPath } from '../../../scripts/openapi.ts'
import { type OperatorPermission, operatorPermissions } from '../../../src/access/permissions.ts'
import { type ServiceKeyScope, serviceKeyScopes } from '../../../src/access/service-keys.ts'
import { byCli } from '../../../src/cli/actor.ts'
import { type Answer, client, insist } from '../../support/client.ts'
import { query } from '../../support/database.ts'
import { createUser, goodPassword, type Instance, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

/** Who may call a route. Whoever may not is told so in the one way that `refusalOf` says. */
type Who =
  | { kind: 'anybody' }
  /** Anybody, with an access token or with none; what is no access token is refused. */
  | { kind: 'signed_in_or_not' }
  | { kind: 'signed_in' }
  | { kind: 'permission'; permission: OperatorPermission }
  | { kind: 'scope'; scope: ServiceKeyScope }

type Rule = {
  who: Who
  /** How those who may are answered. */
  status: number
  /** A request that is good for everybody who may; each is made anew, since many of them change something. */
  request?: (caller: Caller) => Promise<Sent>
}

type Caller = { name: string; credential: string | null; userId: string | null; sessionId: string | null }

const anybody: Who = { kind: 'anybody' }
const signedIn: Who = { kind: 'signed_in' }
const permission = (permission: OperatorPermission): Who => ({ kind: 'permission', permission })

/** Every route of the API. One that is not in here fails the first test below. */
const rules: Record<string, Rule> = {
  'GET /health/live': { who: anybody, status: 200 },
  'GET /health/ready': { who: anybody, status: 200 },
  'GET /.well-known/jwks.json': { who: anybody, status: 200 },
  'POST /v1/auth/register': {
    who: anybody,
    status: 201,
    request: async () => ({ body: { email: newEmail(), password: goodPassword } }),
  },
  'POST /v1/auth/login': {
    who: anybody,
    status: 200,
    request: async () => ({ body: { email: withPassword, password: goodPassword } }),
  },
  'POST /v1/auth/refresh': {
    who: anybody,
    status: 200,
    request: async () => ({ body: { refreshToken: (await openSession(people.owner)).refreshToken } }),
  },
  'POST /v1/auth/logout': { who: { kind: 'signed_in_or_not' }, status: 204 },
  'GET /v1/auth/session': { who: signedIn, status: 200 },
  'POST /v1/auth/password': {
    who: signedIn,
    // Nobody here signs in with a password: whoever gets in is told that it is wrong.
    status: 422,
    request: async () => ({ body: { currentPassword: goodPassword, newPassword: `${goodPassword}!` } }),
  },
  'GET /v1/sessions': { who: signedIn, status: 200 },
  'DELETE /v1/sessions': { who: signedIn, status: 200 },
  'GET /v1/sessions/{id}': { who: signedIn, status: 200, request: ownSession() },
  'PATCH /v1/sessions/{id}': { who: signedIn, status: 200, request: ownSession({ deviceName: 'mine' }) },
  'DELETE /v1/sessions/{id}': { who: signedIn, status: 204, request: ownSession() },
  'GET /v1/verify': { who: signedIn, status: 204 },
  'GET /.well-known/oauth-authorization-server': { who: anybody, status: 200 },
  'POST /v1/token': {
    who: anybody,
    status: 200,
    request: async () => {
      const { refreshToken } = await openSession(people.owner)
      return { form: { grant_type: 'refresh_token', refresh_token: refreshToken } }
    },
  },
  'POST /v1/introspect': {
    who: { kind: 'scope', scope: 'introspect' },
    status: 200,
    request: async () => ({ form: { token: (await openSession(people.owner)).accessToken } }),
  },
  'POST /v1/revoke': {
    who: { kind: 'scope', scope: 'revoke' },
    status: 200,
    request: async () => ({ form: { token: (await openSession(people.owner)).accessToken } }),
  },
  'POST /v1/admin/sessions': {
    who: { kind: 'scope', scope: 'sessions:create' },
    status: 201,
    request: async () => ({ body: { userId: people.owner, authMethod: 'oidc' } }),
  },
  'GET /v1/events': { who: signedIn, status: 200 },
  'GET /v1/admin/stats': { who: permission('sessions:read'), status: 200 },
  'GET /v1/admin/stats/history': { who: permission('sessions:read'), status: 200 },
  'GET /v1/admin/status': { who: permission('sessions:read'), status: 200 },
  'GET /v1/admin/revocations/preview': {
    who: permission('sessions:revoke'),
    status: 200,
    request: async () => ({ query: `?strategy=user&value=${people.owner}` }),
  },
  'GET /v1/admin/users': { who: permission('users:read'), status: 200 },
  'GET /v1/admin/users/{id}': { who: permission('users:read'), status: 200, request: owner },
  'GET /v1/admin/users/{id}/sessions': { who: permission('sessions:read'), status: 200, request: owner },
  'POST /v1/admin/users/{id}/unlock': { who: permission('users:unlock'), status: 204, request: owner },
  'POST /v1/admin/users': {
    who: permission('users:manage'),
    status: 201,
    request: async () => ({ body: { email: newEmail() } }),
  },
  'PATCH /v1/admin/users/{id}': {
    who: permission('users:manage'),
    status: 200,
    request: async () => ({ id: people.owner, body: { disabled: false } }),
  },
  'DELETE /v1/admin/users/{id}': {
    who: permission('users:manage'),
    status: 204,
    request: async () => ({
      id: await createUser(instance.services, newEmail(), { password: null }),
    }),
  },
  'POST /v1/admin/revocations': {
    who: permission('sessions:revoke'),
    status: 201,
    request: async () => {
      const { sessionId } = await openSession(people.owner)
      return { body: { strategy: 'session', value: sessionId, reason: 'test' } }
    },
  },
  'GET /v1/admin/revocations/{id}': {
    who: permission('sessions:revoke'),
    status: 200,
    request: async () => ({ id: revocationId }),
  },
  'POST /v1/admin/cleanup': { who: permission('sessions:cleanup'), status: 200 },
  'GET /v1/admin/events': { who: permission('audit:read'), status: 200 },
}

function ownSession(body?: unknown): NonNullable<Rule['request']> {
  return async caller => {
    const id = caller.sessionId ?? (await openSession(people.owner)).sessionId
    return body === undefined ? { id } : { id, body }
  }
}

async function owner(): Promise<{ id: string }> {
  return { id: people.owner }
}

const unknownId = '0198c0de-0000-7000-8000-000000000000'
const withPassword = 'somebody@example.test'

type Operation = { security?: Record<string, string[]>[] }
const document: { paths: Record<string, Record<string, Operation>> } = JSON.parse(
  await readFile(documentPath, 'utf8'),
)
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({
    route: `${method.toUpperCase()} ${path}`,
    method: method.toUpperCase(),
    path,
    operation,
  })),
)

let databaseUrl: string
let instance: Instance
let revocationId: string
const people = { owner: '', stranger: '', admin: '' }
const operators = new Map<OperatorPermission, string>()
const keys = new Map<ServiceKeyScope, string>()
let emails = 0

beforeAll(async () => {
  const roles = Object.fromEntries(operatorPermissions.map(name => [roleOf(name), [name]]))
  databaseUrl = (await freshDatabase()).url
  instance = await startInstance({
    DATABASE_URL: databaseUrl,
    REDIS_URL: (await freshRedis()).url,
    REGISTRATION: 'open',
    MAX_SESSIONS_PER_USER: '1000',
    PERMISSIONS: JSON.stringify(roles),
  })
  const { services } = instance
  const user = (roles: string[]) => createUser(services, newEmail(), { password: null, roles })
  people.owner = await user([])
  people.stranger = await user([])
  people.admin = await user(['admin'])
  await createUser(services, withPassword)
  for (const name of operatorPermissions) operators.set(name, await user([roleOf(name)]))
  for (const scope of serviceKeyScopes) {
    const name = scope.replace(':', '-')
    keys.set(scope, (await services.serviceKeys.create({ name, scopes: [scope] }, byCli)).key)
  }
  const operator = { actor: 'cli', origin: { ipAddress: null, userAgent: null }, reason: 'test' }
  const revocation = await services.revocations.revoke({ strategy: 'user', userId: people.owner }, operator)
  revocationId = revocation?.id ?? ''
})

afterAll(() => instance.close())

/** A valid body for calls that change something by its id. */
function changeFor({ method, path }: { method: string; path: string }): { body?: object } {
  if (method !== 'PATCH') return {}
  return { body: path === '/v1/sessions/{id}' ? { deviceName: 'mine' } : { disabled: false } }
}

function roleOf(name: OperatorPermission): string {
  return `may-${name}`
}

function newEmail(): string {
  return `authorization-${emails++}@example.test`
}

async function openSession(userId: string) {
  const started = await instance.services.sessions.start({
    userId,
    clientType: 'web',
    authMethod: 'test',
    deviceName: null,
    origin: { ipAddress: null, userAgent: null },
    stillStands: () => true,
  })
  if (started.kind !== 'started') throw new Error(started.kind)
  return { sessionId: started.sessionId, ...started.tokens }
}

/** Every kind of caller; people with a session that nothing has been done to yet. */
const callers: (() => Promise<Caller>)[] = [
  async () => ({ name: 'nobody', credential: null, userId: null, sessionId: null }),
  () => person('a person', people.owner),
  () => person('another person', people.stranger),
  () => person('an admin', people.admin),
  ...operatorPermissions.map(name => () => person(`who may ${name}`, operators.get(name) ?? '')),
  ...serviceKeyScopes.map(scope => async () => ({
    name: `a key for ${scope}`,
    credential: keys.get(scope) ?? '',
    userId: null,
    sessionId: null,
  })),
]

async function person(name: string, userId: string): Promise<Caller> {
  const { accessToken, sessionId } = await openSession(userId)
  return { name, credential: accessToken, userId, sessionId }
}

function hasScope({ credential }: Caller, scope: ServiceKeyScope): boolean {
  return credential === keys.get(scope)
}

function hasPermission({ userId }: Caller, name: OperatorPermission): boolean {
  return userId !== null && (userId === people.admin || userId === operators.get(name))
}

/** Status, code, and what is missing. */
type Refusal = [number, string, string | undefined]

const refusals: Record<'nobody' | 'noAccessToken' | 'noServiceKey', Refusal> = {
  nobody: [401, 'authentication_required', undefined],
  noAccessToken: [401, 'access_token_invalid', undefined],
  noServiceKey: [401, 'service_key_invalid', undefined],
}

/** Null: the caller gets in. */
function refusalOf(who: Who, caller: Caller): Refusal | null {
  const { nobody, noAccessToken, noServiceKey } = refusals
  const kind = caller.credential === null ? 'nobody' : caller.userId === null ? 'key' : 'person'
  switch (who.kind) {
    case 'anybody':
      return null
    case 'signed_in_or_not':
      return { nobody: null, person: null, key: noAccessToken }[kind]
    case 'signed_in':
      return { nobody, person: null, key: noAccessToken }[kind]
    case 'permission': {
      const lacking: Refusal = [403, 'permission_denied', who.permission]
      return { nobody, person: hasPermission(caller, who.permission) ? null : lacking, key: lacking }[kind]
    }
    case 'scope': {
      const lacking: Refusal = [403, 'insufficient_scope', who.scope]
      return { nobody, person: noServiceKey, key: hasScope(caller, who.scope) ? null : lacking }[kind]
    }
  }
}

type Sent = { id?: string; query?: string; body?: unknown; form?: Record<string, string> }

async function call(
  { credential }: Caller,
  { method, path }: { method: string; path: string },
  { id = '', query = '', body, form }: Sent,
): Promise<Answer> {
  return await client(instance.url).call(method, path.replace('{id}', id) + query, {
    ...(credential === null ? {} : { token: credential }),
    ...(body === undefined ? {} : { body }),
    ...(form === undefined ? {} : { form }),
  })
}

const told = ({ status, body }: Answer) => [status, body['code'], body['requires']]

/** All of an answer but what must differ from one to the next. */
function shown({ status, headers, body }: Answer) {
  const { requestId, ...rest } = body
  const entries = [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name))
  return { status, rest, headers: entries, hasRequestId: typeof requestId === 'string' }
}

/** OAuth clients may also bring the key by HTTP Basic. */
function schemesOfKey(route: string, scope: ServiceKeyScope) {
  const bearer = { serviceKey: [scope] }
  return /introspect|revoke$/.test(route) ? [bearer, { serviceKeyBasic: [scope] }] : [bearer]
}

function ruleOf(route: string): Rule {
  const rule = rules[route]
  if (rule === undefined) throw new Error(`nobody has said who may call ${route}`)
  return rule
}

function isEmpty(requirement: object): boolean {
  return Object.keys(requirement).length === 0
}

describe('the rules of who may call what', () => {
  it('cover every route, and no other', () => {
    expect(operations.map(({ route }) => route).sort()).toEqual(Object.keys(rules).sort())
  })

  it('are what the description of the API says', () => {
    for (const { route, operation } of operations) {
      const { who } = ruleOf(route)
      // Whatever a bearer token may do, its cookie may do.
      const security = (operation.security ?? []).filter(requirement => !('cookie' in requirement))
      const schemes = security.map(requirement => requirement['bearer'] ?? requirement)
      const expected: unknown = {
        // A credential that may come along does not change who may call.
        anybody: schemes.some(isEmpty) ? schemes : [],
        signed_in_or_not: [{}, []],
        signed_in: route === 'GET /v1/verify' ? [[], []] : [[]],
        permission: who.kind === 'permission' ? [[who.permission]] : [],
        scope: who.kind === 'scope' ? schemesOfKey(route, who.scope) : [],
      }[who.kind]
      expect(schemes, route).toEqual(expected)
    }
  })
})

describe.each(operations)('$route', operation => {
  it('lets in exactly those who may, and tells the others what they lack', async () => {
    const { who, status, request = async () => ({}) } = ruleOf(operation.route)
    for (const make of callers) {
      const caller = await make()
      const answer = await insist(async () => call(caller, operation, await request(caller)))
      const refusal = refusalOf(who, caller)
      const expected = refusal ?? [status, status < 400 ? undefined : answer.body['code'], undefined]
      expect([caller.name, ...told(answer)]).toEqual([caller.name, ...expected])
    }
  })
})

const guarded = operations.filter(({ route }) =>
  /^(signed_in|permission|scope)$/.test(ruleOf(route).who.kind),
)

describe('a route that not everybody may call', () => {
  it('says who may not before it says what is wrong with the request', async () => {
    expect(guarded.length).toBeGreaterThan(15)
    for (const operation of guarded) {
      const sent: Sent = { id: 'no-id', query: '?no=such-field' }
      if (operation.method !== 'GET') sent.body = { no: 'such field' }
      for (const make of callers) {
        const caller = await make()
        const refusal = refusalOf(ruleOf(operation.route).who, caller)
        if (refusal === null) continue
        const answer = await call(caller, operation, sent)
        expect([operation.route, caller.name, ...told(answer)]).toEqual([
          operation.route,
          caller.name,
          ...refusal,
        ])
      }
    }
  })

  it('changes nothing by a GET, whoever calls: no row but what says when somebody was last seen', async () => {
    const caller = await person('an admin', people.admin)
    const ids: Record<string, string> = { '/v1/sessions/{id}': caller.sessionId ?? '' }
    const rows = () =>
      query(
        databaseUrl,
        `SELECT (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM security_events) AS events,
           (SELECT count(*) FROM revocations) AS revocations, (SELECT count(*) FROM cutoffs) AS cutoffs,
           (SELECT md5(string_agg(s::text, '' ORDER BY id))
            FROM (SELECT id, access_token_hash, refresh_token_hash, rotation, expires_at, revoked_at, device_name
                  FROM user_sessions) AS s) AS sessions`,
      )
    const before = await rows()
    for (const operation of operations.filter(({ method }) => method === 'GET')) {
      const id = ids[operation.path] ?? (await existing[operation.path]?.()) ?? unknownId
      const { status, request } = ruleOf(operation.route)
      // What makes an id would add rows of its own.
      const sent = operation.path.includes('{id}') ? {} : await request?.(caller)
      const answer = await call(caller, operation, { ...sent, id })
      expect([operation.path, answer.status]).toEqual([operation.path, status])
    }
    expect(await rows()).toEqual(before)
  })

  it('is not open to HEAD either', async () => {
    for (const { path, method } of guarded) {
      if (method !== 'GET') continue
      const answer = await fetch(instance.url + path.replace('{id}', unknownId), { method: 'HEAD' })
      expect([path, answer.status]).toEqual([path, 401])
    }
  })

  it('refuses a key that was revoked, and one that never was, as no key', async () => {
    const created = await instance.services.serviceKeys.create({ name: 'ended', scopes: ['verify'] }, byCli)
    await instance.services.serviceKeys.revoke(created.id, byCli)
    await instance.services.reload()
    for (const credential of [created.key, `lks_${'A'.repeat(43)}`]) {
      const caller = { name: 'an ended key', credential, userId: null, sessionId: null }
      for (const operation of guarded) {
        const { kind } = ruleOf(operation.route).who
        const code = kind === 'signed_in' ? 'access_token_invalid' : 'service_key_invalid'
        const answer = await call(caller, operation, { id: unknownId })
        expect([operation.route, ...told(answer)]).toEqual([operation.route, 401, code, undefined])
      }
    }
  })

  it('refuses an operator from the moment of being disabled', async () => {
    const userId = await createUser(instance.services, newEmail(), { password: null, roles: ['admin'] })
    const caller = await person('a former admin', userId)
    const stats = { method: 'GET', path: '/v1/admin/stats' }
    expect((await call(caller, stats, {})).status).toBe(200)
    await instance.services.accounts.disable(userId, byCli)
    expect(told(await call(caller, stats, {}))).toEqual([401, 'session_revoked', undefined])
  })
})

const withId = operations.filter(({ path }) => path.includes('{id}'))

/** What there is under each of these, of somebody else. */
const existing: Record<string, () => Promise<string>> = {
  '/v1/sessions/{id}': async () => (await openSession(people.owner)).sessionId,
  '/v1/admin/users/{id}': async () => people.owner,
  '/v1/admin/users/{id}/sessions': async () => people.owner,
  '/v1/admin/users/{id}/unlock': async () => people.owner,
  '/v1/admin/revocations/{id}': async () => revocationId,
}

describe('what belongs to somebody else', () => {
  it('is known for every route that names a thing', () => {
    expect([...new Set(withId.map(({ path }) => path))].sort()).toEqual(Object.keys(existing).sort())
  })

  it.each(withId)('looks to whoever may not have it like what does not exist: $route', async operation => {
    const { who } = ruleOf(operation.route)
    const body = changeFor(operation)
    for (const make of callers) {
      const caller = await make()
      const mayHaveIt =
        who.kind === 'permission' ? hasPermission(caller, who.permission) : caller.userId === people.owner
      if (mayHaveIt) continue
      const id = (await existing[operation.path]?.()) ?? ''
      const foreign = await call(caller, operation, { id, ...body })
      const unknown = await call(caller, operation, { id: unknownId, ...body })
      expect([caller.name, shown(foreign)]).toEqual([caller.name, shown(unknown)])
      expect(foreign.status).toBeGreaterThanOrEqual(400)
    }
  })

  it.each(withId)('is a 404 to whoever may have it, when it does not exist: $route', async operation => {
    const { who } = ruleOf(operation.route)
    const body = changeFor(operation)
    const caller = await person('who may', who.kind === 'permission' ? people.admin : people.owner)
    const answer = await call(caller, operation, { id: unknownId, ...body })
    expect(told(answer)).toEqual([404, 'not_found', undefined])
  })
})
