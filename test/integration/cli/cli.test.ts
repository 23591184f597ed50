import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { deriveKeys } from '../../../src/session/token/secrets.ts'
import { type Answer, client, type Tokens, tokensOf } from '../../support/client.ts'
import { query } from '../../support/database.ts'
import { freePort } from '../../support/port.ts'
import { createUser, type Environment, type Instance, secret, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

type Result = { code: number | null; stdout: string; stderr: string }

const running = new Set<ChildProcess>()

// Each start of the command line is most of a second's work for a core, which others may want too.

let environment: Environment
let databaseUrl: string
let a: Instance
let b: Instance
let users = 0

beforeAll(async () => {
  databaseUrl = (await freshDatabase()).url
  environment = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: (await freshRedis()).url,
    LATCHKEY_SECRET: secret,
    // So that a test can tell one caller's address from another's.
    TRUST_PROXY: '127.0.0.1',
  }
  ;[a, b] = await Promise.all([startInstance(environment), startInstance(environment)])
})

afterAll(async () => {
  for (const child of running) child.kill('SIGKILL')
  await Promise.all([a.close(), b.close()])
})

function start(args: readonly string[], given: Environment = environment): ChildProcess {
  // Nothing of the environment of the test run: its settings are not what is tested.
  const { PATH = '' } = process.env
  const program = join(inject('builtService'), 'cli.js')
  const child = spawn(process.execPath, [program, ...args], { env: { PATH, ...given } })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

async function finish(child: ChildProcess): Promise<Result> {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', data => {
    stdout += data
  })
  child.stderr?.on('data', data => {
    stderr += data
  })
  const [code]: (number | null)[] = await once(child, 'close')
  return { code: code ?? null, stdout, stderr }
}

/** Runs the command line to its end. */
async function latchkey(
  args: readonly string[],
  options: { environment?: Environment; input?: string } = {},
): Promise<Result> {
  const child = start(args, options.environment)
  child.stdin?.end(options.input ?? '')
  return await finish(child)
}

/** Two at a time: a start is work for a whole core. */
async function inPairs<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let at = 0; at < items.length; at += 2) {
    results.push(...(await Promise.all(items.slice(at, at + 2).map(work))))
  }
  return results
}

/** What a command printed with `--json`; it must have succeeded, and said nothing else. */
function json(result: Result): unknown {
  expect(result).toMatchObject({ code: 0, stderr: '' })
  expect(result.stdout.trim().split('\n')).toHaveLength(1)
  return JSON.parse(result.stdout)
}

/** A failure for people: exit code 1 and one line, not a stack. */
function expectOneLine(result: Result, text: RegExp): void {
  expect(result.code).toBe(1)
  expect(result.stdout).toBe('')
  expect(result.stderr).toMatch(/^latchkey: .+\n$/)
  expect(result.stderr).toMatch(text)
}

async function emptyDatabase(): Promise<string> {
  const admin = inject('postgresUrl')
  const name = `${inject('templateDatabase')}_${randomBytes(5).toString('hex')}`
  await query(admin, `CREATE DATABASE ${name}`)
  const url = new URL(admin)
  url.pathname = `/${name}`
  return url.href
}

async function newUser(): Promise<{ id: string; email: string }> {
  const email = `cli-${users++}@example.test`
  return { id: await createUser(a.services, email), email }
}

/** A session that both instances have verified, so that a snapshot of it stands in the cache. */
async function signIn(email: string, clientType = 'web'): Promise<Tokens> {
  const tokens = await client(a.url).signIn(email, { clientType })
  for (const instance of [a, b]) {
    expect((await client(instance.url).verify(tokens.accessToken)).status).toBe(204)
  }
  return tokens
}

async function expectSignedIn({ accessToken }: Tokens): Promise<void> {
  for (const instance of [a, b]) expect((await client(instance.url).verify(accessToken)).status).toBe(204)
}

async function expectRevoked(tokens: Tokens, reason: string): Promise<void> {
  for (const instance of [a, b]) {
    const api = client(instance.url)
    const answers: Answer[] = [await api.verify(tokens.accessToken), await api.refresh(tokens.refreshToken)]
    for (const { status, body } of answers) {
      expect([status, body['code'], body['reason']]).toEqual([401, 'session_revoked', reason])
    }
  }
}

async function reasonsOf(...sessions: readonly Tokens[]): Promise<(string | null)[]> {
  const rows = await query<{ revoked_reason: string | null }>(
    databaseUrl,
    `SELECT revoked_reason FROM user_sessions JOIN unnest($1::uuid[]) WITH ORDINALITY AS asked (id, place) USING (id)
     ORDER BY place`,
    [sessions.map(session => session.sessionId)],
  )
  return rows.map(row => row.revoked_reason)
}

/** All that stands in the database, as text. */
async function dump(): Promise<string> {
  const tables = await query<{ name: string }>(
    databaseUrl,
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  )
  const rows = await Promise.all(
    tables.map(({ name }) =>
      query<{ line: string }>(databaseUrl, `SELECT t::text AS line FROM ${name} AS t`),
    ),
  )
  return rows
    .flat()
    .map(row => row.line)
    .join('\n')
}

describe('latchkey', () => {
  it('explains every command with --help, with examples and the environment that it needs', async () => {
    const commands = [
      [],
      ['migrate'],
      ['serve'],
      ['users', 'create'],
      ['users', 'import'],
      ['users', 'find'],
      ['users', 'show'],
      ['users', 'disable'],
      ['users', 'enable'],
      ['users', 'delete'],
      ['users', 'roles'],
      ['users', 'unlock'],
      ['keys', 'list'],
      ['keys', 'rotate'],
      ['keys', 'revoke'],
      ['sessions', 'list'],
      ['sessions', 'revoke'],
      ['service-keys', 'create'],
      ['service-keys', 'list'],
      ['service-keys', 'revoke'],
      ['cleanup'],
      ['stats'],
      ['events'],
    ]
    await inPairs(commands, async command => {
      const result = await latchkey([...command, '--help'], { environment: {} })
      expect(result).toMatchObject({ code: 0, stderr: '' })
      expect(result.stdout).toContain(`Usage: ${['latchkey', ...command].join(' ')}`)
      expect(result.stdout).toMatch(/\n {2}latchkey [a-z]/)
      if (command.length > 0) expect(result.stdout).toMatch(/\nEnvironment: .*DATABASE_URL/)
    })
  })

  it('answers what it does not understand with exit code 2, and changes nothing', async () => {
    const { id, email } = await newUser()
    const tokens = await signIn(email)
    const refused = [
      ['no-such-command'],
      ['users', 'create', '--email', 'not an address'],
      ['users', 'roles', id, '--role', 'two words'],
      ['sessions', 'list'],
      ['sessions', 'revoke', '--user', id],
      ['sessions', 'revoke', '--reason', 'test'],
      ['sessions', 'revoke', '--user', id, '--all', '--reason', 'test'],
      ['sessions', 'revoke', '--issued-before', 'yesterday', '--reason', 'test'],
      ['sessions', 'list', '--user', id, '--state', 'dead'],
      ['service-keys', 'create', '--name', 'x'],
      ['service-keys', 'create', '--name', 'x', '--scope', 'everything'],
      ['service-keys', 'create', '--name', 'two words', '--scope', 'verify'],
      ['events', '--type', 'no_such_type'],
      ['events', '--limit', '0'],
      ['users', 'unlock', 'neither an address nor an id'],
      ['sessions', 'revoke', '--all', '--reason', 'test'],
      ['sessions', 'revoke', '--all', '--reason', 'test', '--confirm', 'yes'],
      ['sessions', 'revoke', '--user', id, '--reason', 'test', '--confirm', 'all'],
      ['sessions', 'revoke', '--ip', '0.0.0.0/0', '--reason', 'test', '--confirm', 'all'],
      ['users', 'delete', id],
      ['users', 'delete', email, '--confirm', 'somebody@else.test'],
    ]
    await inPairs(refused, async args => {
      const { code, stdout, stderr } = await latchkey(args)
      expect([args, code, stdout]).toEqual([args, 2, ''])
      expect(stderr).toMatch(/^error: /)
      expect(stderr).toContain('--help')
    })
    await expectSignedIn(tokens)
  })

  it('names the setting that is missing or ill-formed in one line, and never its value', async () => {
    const { LATCHKEY_SECRET: _, ...withoutSecret } = environment
    const cases: [RegExp, Environment][] = [
      [/DATABASE_URL/, { LATCHKEY_SECRET: secret }],
      [/LATCHKEY_SECRET\b/, withoutSecret],
      [/LATCHKEY_SECRET\b/, { ...environment, LATCHKEY_SECRET: 'too short' }],
      // Tokens name their secret by one byte; two that share it cannot be told apart.
      [/LATCHKEY_SECRET\b/, { ...environment, LATCHKEY_SECRET_PREVIOUS: secretOfTheSameId() }],
      [/ACCESS_TOKEN_TTL_SECONDS/, { ...environment, ACCESS_TOKEN_TTL_SECONDS: 'soon' }],
      // What is wrong here is a timeout, and not the database's.
      [
        /^latchkey: ACCESS_TOKEN_TTL_SECONDS .+ idle timeout/,
        { ...environment, ACCESS_TOKEN_TTL_SECONDS: '7200' },
      ],
      [/LATCHKEY_SECRETS/, { ...environment, LATCHKEY_SECRETS: secret }],
    ]
    await inPairs(cases, async ([setting, given]) => {
      const result = await latchkey(['keys', 'list'], { environment: given })
      expectOneLine(result, setting)
      for (const name of ['LATCHKEY_SECRET', 'LATCHKEY_SECRET_PREVIOUS', 'LATCHKEY_SECRETS']) {
        if (given[name] !== undefined) expect(result.stderr).not.toContain(given[name])
      }
    })
  })

  it('says in one line that the database does not answer, or is not there', async () => {
    const away = `postgres://127.0.0.1:${await freePort()}/nowhere`
    const absent = new URL(databaseUrl)
    absent.pathname = '/no_such_database'
    const cases: [string[], string][] = [
      [['keys', 'list'], away],
      [['migrate'], away],
      [['keys', 'list'], absent.href],
    ]
    const results = await inPairs(cases, ([args, url]) =>
      latchkey(args, { environment: { ...environment, DATABASE_URL: url } }),
    )
    for (const result of results) expectOneLine(result, /database/i)
  })
})

/** Another secret whose one-byte id is that of `secret`. */
function secretOfTheSameId(): string {
  const { id } = deriveKeys(Buffer.from(secret, 'base64'))
  for (;;) {
    const other = randomBytes(32)
    if (deriveKeys(other).id === id) return other.toString('base64')
  }
}

describe('latchkey migrate', () => {
  it('applies what is missing, and the second time nothing', async () => {
    // The address of the database is all it needs.
    const empty = { DATABASE_URL: await emptyDatabase() }
    const first = json(await latchkey(['migrate', '--json'], { environment: empty }))
    expect(first).toEqual({ applied: expect.any(Number) })
    expect(first).not.toEqual({ applied: 0 })
    const second = await latchkey(['migrate'], { environment: empty })
    expect(second).toEqual({ code: 0, stdout: 'nothing to do\n', stderr: '' })
  })

  it('does not collide with another one at the same time on an empty database', async () => {
    const url = await emptyDatabase()
    const gate = new pg.Client({ connectionString: url })
    await gate.connect()
    try {
      // They begin together: both wait for the turn that is taken here.
      await gate.query('SELECT pg_advisory_lock(7165001)')
      const both = ['first', 'second'].map(() =>
        latchkey(['migrate', '--json'], { environment: { DATABASE_URL: url } }),
      )
      await expect.poll(() => waitingForTurn(gate), { interval: 100 }).toBe(2)
      await gate.query('SELECT pg_advisory_unlock(7165001)')
      const applied = (await Promise.all(both)).map(json)
      expect(applied).toContainEqual({ applied: 0 })
      const [known] = await query<{ count: number }>(
        url,
        'SELECT count(*)::int AS count FROM drizzle.__drizzle_migrations',
      )
      expect(known?.count).toBeGreaterThan(0)
      expect(applied).toContainEqual({ applied: known?.count })
    } finally {
      await gate.end()
    }
  })
})

async function waitingForTurn(connection: pg.Client): Promise<number> {
  const { rows } = await connection.query<{ waiting: number }>(
    `SELECT count(*)::int AS waiting FROM pg_locks
     WHERE locktype = 'advisory' AND NOT granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  )
  return rows[0]?.waiting ?? 0
}

describe('latchkey users', () => {
  it('create prints the id as JSON, and the user can sign in with the password of standard input', async () => {
    const args = ['users', 'create', '--email', 'Created@example.test', '--role', 'one', '--role', 'two']
    const [withPassword, without] = await Promise.all([
      latchkey([...args, '--password-stdin'], { input: 'a password of a person\n' }),
      latchkey(['users', 'create', '--email', 'elsewhere@example.test']),
    ])
    expect(json(withPassword)).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/) })
    expect(JSON.parse(without.stdout)).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/) })
    expect(without.stderr).toMatch(
      /^latchkey: elsewhere@example\.test has no password .+--password-stdin\.\n$/,
    )

    const tokens = await client(a.url).signIn('created@example.test', { password: 'a password of a person' })
    const verified = await client(b.url).verify(tokens.accessToken)
    expect(verified.headers.get('x-user-roles')).toBe('one,two')
    const refused = await client(a.url).call('POST', '/v1/auth/login', {
      body: { email: 'elsewhere@example.test', password: 'a password of a person' },
    })
    expect(refused.body['code']).toBe('invalid_credentials')

    const [taken, weak] = await Promise.all([
      latchkey(['users', 'create', '--email', 'CREATED@EXAMPLE.TEST']),
      latchkey(['users', 'create', '--email', 'weak@example.test', '--password-stdin'], { input: 'tiny123' }),
    ])
    expectOneLine(taken, /already registered/)
    expectOneLine(weak, /password|characters/i)
    expect(weak.stderr).not.toContain('tiny123')
  })

  it('disable ends the sessions and refuses new ones; enable lets the user in again', async () => {
    const { id, email } = await newUser()
    const tokens = await signIn(email)
    expect(json(await latchkey(['users', 'disable', id, '--json']))).toEqual({ id })
    await expectRevoked(tokens, 'user_disabled')
    const login = { body: { email, password: 'correct horse battery' } }
    const refused = await client(b.url).call('POST', '/v1/auth/login', login)
    expect([refused.status, refused.body['code']]).toEqual([401, 'invalid_credentials'])

    expect(json(await latchkey(['users', 'enable', id, '--json']))).toEqual({ id })
    await expectSignedIn(await signIn(email))
    await expectRevoked(tokens, 'user_disabled')
    const events = await query<{ type: string; actor: string }>(
      databaseUrl,
      `SELECT type, actor FROM security_events WHERE user_id = $1 AND type ~ '^user_(dis|en)abled' ORDER BY created_at`,
      [id],
    )
    expect(events).toEqual([
      { type: 'user_disabled', actor: 'cli' },
      { type: 'user_enabled', actor: 'cli' },
    ])
  })

  it('roles sets the roles of a user, whose sessions go on with them', async () => {
    const { id, email } = await newUser()
    const tokens = await signIn(email)
    const set = await latchkey(['users', 'roles', id, '--role', 'two', '--role', 'one', '--json'])
    expect(json(set)).toEqual({ id, roles: ['one', 'two'] })
    const roles = async () =>
      await Promise.all(
        [a, b].map(async ({ url }) =>
          (await client(url).verify(tokens.accessToken)).headers.get('x-user-roles'),
        ),
      )
    expect(await roles()).toEqual(['one,two', 'one,two'])
    expect(await latchkey(['users', 'roles', id])).toEqual({
      code: 0,
      stdout: `${id} has no roles\n`,
      stderr: '',
    })
    expect(await roles()).toEqual(['', ''])
    const nobody = await latchkey(['users', 'roles', '00000000-0000-7000-8000-000000000000', '--role', 'one'])
    expectOneLine(nobody, /no user/)
  })

  it('unlock lets a user who was locked out try again at once', async () => {
    const { id, email } = await newUser()
    const logIn = async (password: string) => {
      const answer = await client(b.url).call('POST', '/v1/auth/login', { body: { email, password } })
      return answer.body['code'] ?? answer.status
    }
    for (let failure = 0; failure < 5; failure++) await logIn('not the password')
    expect(await logIn('correct horse battery')).toBe('account_locked')
    expect(await latchkey(['users', 'unlock', id])).toEqual({
      code: 0,
      stdout: `unlocked ${id}\n`,
      stderr: '',
    })
    expect(await logIn('correct horse battery')).toBe(200)
    const events = await query(
      databaseUrl,
      `SELECT actor FROM security_events WHERE user_id = $1 AND type = 'account_unlocked'`,
      [id],
    )
    expect(events).toEqual([{ actor: 'cli' }])
    expectOneLine(await latchkey(['users', 'unlock', '0198c0de-0000-7000-8000-000000000000']), /no user/)
  })

  it('delete ends the sessions and leaves nothing personal in any table', async () => {
    const email = 'Private.Person@example.test'
    const personal = [email, email.toLowerCase(), '203.0.113.77', 'secret-agent', 'My own phone']
    const id = await createUser(a.services, email)
    const login = async (password: string) =>
      await client(a.url).call('POST', '/v1/auth/login', {
        headers: { 'user-agent': 'secret-agent/7', 'x-forwarded-for': '203.0.113.77' },
        body: { email, password, deviceName: 'My own phone' },
      })
    await login('not the password')
    const { body } = await login('correct horse battery')
    const tokens = {
      accessToken: String(body['accessToken']),
      refreshToken: String(body['refreshToken']),
      sessionId: String(body['sessionId']),
      expiresIn: 0,
    }
    await login('correct horse battery').then(({ body: { accessToken } }) =>
      client(a.url).call('POST', '/v1/auth/logout', { token: String(accessToken) }),
    )
    await expectSignedIn(tokens)
    const before = await dump()
    for (const fact of ['secret-agent', '203.0.113.77', 'My own phone', email]) expect(before).toContain(fact)

    expect(await latchkey(['users', 'delete', id, '--confirm', id])).toEqual({
      code: 0,
      stdout: `deleted ${id}\n`,
      stderr: '',
    })
    await expectRevoked(tokens, 'user_deleted')
    const after = await dump()
    for (const fact of personal) expect(after).not.toContain(fact)
    // What happened stays on record, without the person.
    expect(after).toContain('user_deleted')

    expectOneLine(await latchkey(['users', 'delete', id, '--confirm', id]), /no user/)
    expect((await login('correct horse battery')).body['code']).toBe('invalid_credentials')
  })
})

describe('latchkey with an email address in place of an id', () => {
  it('finds users by the beginning of the address, and shows one', async () => {
    const { id, email } = await newUser()
    await signIn(email)
    const [found, none, shown, unknown] = await inPairs(
      [
        ['users', 'find', email.toUpperCase(), '--json'],
        ['users', 'find', 'no-such-address'],
        ['users', 'show', email, '--json'],
        ['users', 'show', 'unknown@example.test'],
      ],
      args => latchkey(args),
    )
    if (!found || !none || !shown || !unknown) throw new Error('a result is missing')
    const user = { id, email, roles: [], disabled: false, createdAt: expect.stringMatching(/Z$/) }
    expect(json(found)).toEqual([user])
    expect(none.stdout).toBe('no matching users\n')
    expect(json(shown)).toEqual({ ...user, liveSessions: 1 })
    expectOneLine(unknown, /there is no user unknown@example\.test/)
  })

  it('disables, enables, unlocks, changes roles, lists and revokes', async () => {
    const { id, email } = await newUser()
    const tokens = await signIn(email)
    const upper = email.toUpperCase()
    expect(await latchkey(['users', 'roles', upper, '--role', 'one'])).toMatchObject({
      code: 0,
      stdout: `${upper} (${id}) has one\n`,
    })
    expect(json(await latchkey(['sessions', 'list', '--user', email, '--json']))).toEqual([
      expect.objectContaining({ id: tokens.sessionId }),
    ])
    const revoke = ['sessions', 'revoke', '--user', email, '--reason', 'a lost laptop']
    expect(await latchkey([...revoke, '--dry-run'])).toEqual({
      code: 0,
      stdout: '1 live session would end; nothing was changed\n',
      stderr: '',
    })
    await expectSignedIn(tokens)
    expect(await latchkey(revoke)).toMatchObject({ code: 0, stdout: '1 live session ended (1 row marked)\n' })
    await expectRevoked(tokens, 'admin')
    const again = await signIn(email)
    expect((await latchkey(['users', 'disable', email, '--dry-run'])).stdout).toBe(
      `would have disabled ${email} (${id}) and ended 1 live session\n`,
    )
    await expectSignedIn(again)
    expect(json(await latchkey(['users', 'disable', email, '--json']))).toEqual({ id })
    await expectRevoked(again, 'user_disabled')
    expect(json(await latchkey(['users', 'enable', email, '--json']))).toEqual({ id })
    expect((await latchkey(['users', 'unlock', email])).stdout).toBe(`unlocked ${email} (${id})\n`)
    expectOneLine(await latchkey(['users', 'unlock', 'nobody@example.test']), /no user nobody@example/)
  })

  it('prints the address beside the ids of events, and reads those of one user', async () => {
    const { id, email } = await newUser()
    await signIn(email)
    const [listed, table] = await Promise.all([
      latchkey(['events', '--user', email, '--json']),
      latchkey(['events', '--user', email]),
    ])
    const events: unknown[] = Object.values(Object(json(listed)))
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'sign_in_succeeded', userId: id, email, actor: id, actorEmail: email }),
    )
    expect(events.every(event => Object(event).userId === id)).toBe(true)
    const [head, ...lines] = table.stdout.trim().split('\n')
    expect(head).toMatch(/createdAt +severity +type +email +userId +actor/)
    for (const line of lines) expect(line).toMatch(new RegExp(`${email} +${id}`))
  })
})

describe('latchkey keys', () => {
  it('list, rotate and revoke: published at once, refused at once, and clients recover by refreshing', async () => {
    const { email } = await newUser()
    const tokens = await signIn(email)
    const listed = json(await latchkey(['keys', 'list', '--json']))
    expect(listed).toEqual([
      { kid: expect.any(String), alg: 'ES256', signsFrom: expect.any(String), verifiesUntil: null },
    ])
    const [first] = await kids()

    const rotated = json(await latchkey(['keys', 'rotate', '--json']))
    expect(rotated).toEqual({ kid: expect.any(String), signsFrom: expect.stringMatching(/Z$/) })
    await Promise.all([a.services.reload(), b.services.reload()])
    const published = await kids()
    expect(published).toHaveLength(2)
    const table = await latchkey(['keys', 'list'])
    expect(table.code).toBe(0)
    for (const kid of published) expect(table.stdout).toContain(kid)
    expect(table.stdout).not.toMatch(/PRIVATE|"d"/)
    await expectSignedIn(tokens)

    const [revoked, unknown] = await Promise.all([
      latchkey(['keys', 'revoke', first ?? '', '--json']),
      latchkey(['keys', 'revoke', 'no-such-key']),
    ])
    expect(json(revoked)).toEqual({ kid: first })
    expectOneLine(unknown, /no key no-such-key/)
    await Promise.all([a.services.reload(), b.services.reload()])
    expect(await kids()).not.toContain(first)
    for (const instance of [a, b]) {
      const refused = await client(instance.url).verify(tokens.accessToken)
      expect([refused.status, refused.body['code']]).toEqual([401, 'access_token_invalid'])
    }
    // The key that takes over signs two seconds later; until then a refresh is told to wait.
    await expect
      .poll(async () => (await client(b.url).refresh(tokens.refreshToken)).status, {
        interval: 250,
      })
      .toBe(200)
  })

  async function kids(): Promise<string[]> {
    const { body } = await client(a.url).call('GET', '/.well-known/jwks.json')
    const keys: unknown[] = Array.isArray(body['keys']) ? body['keys'] : []
    return keys.map(key =>
      typeof key === 'object' && key !== null && 'kid' in key ? String(key.kid) : 'without a kid',
    )
  }
})

describe('latchkey sessions', () => {
  it('list shows the live sessions of a user, newest first', async () => {
    const { id, email } = await newUser()
    const older = await signIn(email)
    const ended = await signIn(email)
    await client(a.url).call('POST', '/v1/auth/logout', { token: ended.accessToken })
    const newer = await signIn(email, 'portal')
    const [listed, table] = await Promise.all([
      latchkey(['sessions', 'list', '--user', id, '--json']),
      latchkey(['sessions', 'list', '--user', id]),
    ])
    expect(json(listed)).toEqual([
      expect.objectContaining({ id: newer.sessionId, clientType: 'portal', ipAddress: '127.0.0.1' }),
      expect.objectContaining({ id: older.sessionId, clientType: 'web' }),
    ])
    expect(table.stdout.trim().split('\n')).toHaveLength(3)
  })

  it('revoke --session ends this one, on every instance at once', async () => {
    const { email } = await newUser()
    const [target, other] = [await signIn(email), await signIn(email)]
    const args = ['sessions', 'revoke', '--session', target.sessionId, '--reason', 'a lost laptop', '--json']
    expect(json(await latchkey(args))).toEqual(completed('session', 1))
    await expectRevoked(target, 'admin')
    await expectSignedIn(other)
    expect(await reasonsOf(target, other)).toEqual(['admin', null])
    const [event] = await query<{ actor: string; details: unknown }>(
      databaseUrl,
      `SELECT actor, details FROM security_events WHERE type = 'session_revoked' AND session_id = $1`,
      [target.sessionId],
    )
    expect(event).toEqual({ actor: 'cli', details: { reason: 'admin', note: 'a lost laptop' } })

    const nobodys = '00000000-0000-7000-8000-000000000000'
    const unknown = await latchkey(['sessions', 'revoke', '--session', nobodys, '--reason', 'none'])
    expectOneLine(unknown, /no session/)
  })

  it('revoke --user ends all of theirs and nobody else’s; they may sign in again', async () => {
    const [target, bystander] = [await newUser(), await newUser()]
    const theirs = [await signIn(target.email), await signIn(target.email, 'mobile')]
    const other = await signIn(bystander.email)
    // A sign-in whose answer was lost, on a slow machine, has opened a session too.
    const [live] = await query<{ count: number }>(
      databaseUrl,
      'SELECT count(*)::int AS count FROM user_sessions WHERE user_id = $1',
      [target.id],
    )
    const count = live?.count ?? 0
    expect(count).toBeGreaterThanOrEqual(2)
    const args = ['sessions', 'revoke', '--user', target.id, '--reason', 'asked for it']
    expect(await latchkey(args)).toEqual({
      code: 0,
      stdout: `${count} live sessions ended (${count} rows marked)\n`,
      stderr: '',
    })
    for (const tokens of theirs) await expectRevoked(tokens, 'admin')
    await expectSignedIn(other)
    await expectSignedIn(await signIn(target.email))
  })

  it('revoke --client-type ends all of that type; a later sign-in is not affected', async () => {
    const { email } = await newUser()
    const covered = [await signIn(email, 'kiosk'), await signIn(email, 'kiosk')]
    const other = await signIn(email, 'field')
    const args = ['sessions', 'revoke', '--client-type', 'kiosk', '--reason', 'stolen kiosks', '--json']
    expect(json(await latchkey(args))).toEqual(completed('client_type', 2))
    for (const tokens of covered) await expectRevoked(tokens, 'bulk')
    await expectSignedIn(other)
    expect(await reasonsOf(...covered, other)).toEqual(['bulk', 'bulk', null])
    await expectSignedIn(await signIn(email, 'kiosk'))
    expect(await cutoff('client_type')).toEqual({
      cutoff: { subject: 'kiosk', reason: 'stolen kiosks', actor: 'cli' },
      event: {
        severity: 'warning',
        actor: 'cli',
        details: expect.objectContaining({ subject: 'kiosk', reason: 'stolen kiosks' }),
      },
    })
  })

  it('revoke --issued-before ends what was opened before, and nothing opened since', async () => {
    const { email } = await newUser()
    const before = await signIn(email)
    const [clock] = await query<{ now: Date }>(databaseUrl, 'SELECT clock_timestamp() AS now')
    await sleep(10)
    const since = await signIn(email)
    const at = new Date((clock?.now.getTime() ?? 0) + 1).toISOString()
    const args = ['sessions', 'revoke', '--issued-before', at, '--reason', 'a breach', '--json']
    expect(json(await latchkey(args))).toEqual(completed('issued_before', expect.any(Number)))
    await expectRevoked(before, 'bulk')
    await expectSignedIn(since)
    expect(await reasonsOf(before, since)).toEqual(['bulk', null])
    expect(await cutoff('issued_before')).toMatchObject({
      cutoff: { subject: null, reason: 'a breach' },
      event: { details: { scope: 'issued_before', issuedBefore: at } },
    })
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString()
    const future = await latchkey([
      'sessions',
      'revoke',
      '--issued-before',
      tomorrow,
      '--reason',
      'too early',
    ])
    expectOneLine(future, /future/)
    await expectSignedIn(since)
  })

  it('revoke --dry-run counts what --all would end, and --all without a word of confirmation ends nothing', async () => {
    const { email } = await newUser()
    const tokens = await signIn(email)
    const args = ['sessions', 'revoke', '--all', '--reason', 'the worst case']
    const [counted] = await query<{ count: number }>(
      databaseUrl,
      'SELECT count(*)::int AS count FROM user_sessions WHERE revoked_at IS NULL',
    )
    const result = json(await latchkey([...args, '--dry-run', '--json']))
    expect(result).toEqual({
      dryRun: true,
      strategy: 'all',
      liveSessions: expect.any(Number),
      complete: true,
    })
    expect(Object(result).liveSessions).toBeGreaterThan(0)
    expect(Object(result).liveSessions).toBeLessThanOrEqual(counted?.count ?? 0)
    expect(await latchkey(args)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^error: this cannot be undone; add --confirm all\n/),
    })
    await expectSignedIn(tokens)
    expect(await query(databaseUrl, `SELECT id FROM cutoffs WHERE scope = 'all'`)).toEqual([])
  })

  it('revoke --all ends every session of everybody; a later sign-in is not affected', async () => {
    const [one, other] = [await newUser(), await newUser()]
    const all = [await signIn(one.email), await signIn(other.email, 'mobile')]
    const args = ['sessions', 'revoke', '--all', '--reason', 'the worst case', '--confirm', 'all', '--json']
    const result = await latchkey(args)
    expect(json(result)).toEqual(completed('all', expect.any(Number)))
    for (const tokens of all) await expectRevoked(tokens, 'bulk')
    const [unmarked] = await query<{ count: number }>(
      databaseUrl,
      'SELECT count(*)::int AS count FROM user_sessions WHERE revoked_at IS NULL',
    )
    expect(unmarked?.count).toBe(0)
    await expectSignedIn(await signIn(one.email))
    expect(await cutoff('all')).toMatchObject({
      cutoff: { subject: null, reason: 'the worst case' },
      event: { details: { scope: 'all', reason: 'the worst case' } },
    })
  })

  it('revoke --ip ends what was opened from a network, and nothing from elsewhere', async () => {
    const { email } = await newUser()
    const from = async (address: string) => {
      const answer = await client(a.url).call('POST', '/v1/auth/login', {
        headers: { 'x-forwarded-for': address },
        body: { email, password: 'correct horse battery' },
      })
      return tokensOf(answer)
    }
    const [inside, outside] = [await from('198.51.100.7'), await from('203.0.113.8')]
    const args = ['sessions', 'revoke', '--ip', '198.51.100.0/24', '--reason', 'a bot net', '--json']
    expect(json(await latchkey(args))).toEqual(completed('ip', 1))
    await expectRevoked(inside, 'bulk')
    await expectSignedIn(outside)
  })

  it('revoke does not store what would cover nothing: a misspelt client type, or an address that is none', async () => {
    const cutoffs = () => query(databaseUrl, 'SELECT id FROM cutoffs')
    const before = await cutoffs()
    const [clientType, address, user] = await inPairs(
      [
        ['--client-type', 'kiosks'],
        ['--ip', '198.51.100.0/33'],
        ['--user', '00000000-0000-7000-8000-000000000000'],
      ],
      target => latchkey(['sessions', 'revoke', ...target, '--reason', 'test']),
    )
    if (!clientType || !address || !user) throw new Error('a result is missing')
    expectOneLine(clientType, /--client-type must be one of web, portal, mobile/)
    expectOneLine(address, /--ip must be an address, or a network/)
    expectOneLine(user, /no such user/)
    expect(await cutoffs()).toEqual(before)
  })

  function completed(strategy: string, revoked: unknown) {
    const completedAt = expect.stringMatching(/Z$/)
    return { id: expect.any(String), strategy, matched: revoked, revoked, completedAt }
  }

  /** The one bulk revocation of that scope: the fact itself, and its event. */
  async function cutoff(scope: string) {
    const facts = await query<Record<string, unknown>>(
      databaseUrl,
      'SELECT subject, reason, actor FROM cutoffs WHERE scope = $1',
      [scope],
    )
    const events = await query<Record<string, unknown>>(
      databaseUrl,
      `SELECT severity, actor, details FROM security_events WHERE type = 'bulk_revocation' AND details->>'scope' = $1`,
      [scope],
    )
    expect([facts.length, events.length]).toEqual([1, 1])
    return { cutoff: facts[0], event: events[0] }
  }
})

describe('latchkey service-keys', () => {
  it('create shows the key this once; list does not; revoke ends it', async () => {
    const userId = await createUser(a.services, 'of-a-backend@example.test')
    const created = json(
      await latchkey([
        ...['service-keys', 'create', '--name', 'backend'],
        ...['--scope', 'verify', '--scope', 'sessions:create'],
      ]),
    )
    expect(created).toEqual({ id: expect.any(String), key: expect.stringMatching(/^lks_[\w-]{43}$/) })
    const { id, key } = Object.fromEntries(Object.entries(Object(created)).map(([k, v]) => [k, String(v)]))
    const open = () =>
      client(b.url).call('POST', '/v1/admin/sessions', {
        headers: { authorization: `Bearer ${key}` },
        body: { userId, authMethod: 'oidc' },
      })
    expect((await open()).status).toBe(201)
    const [again, listed] = await Promise.all([
      latchkey(['service-keys', 'create', '--name', 'backend', '--scope', 'revoke']),
      latchkey(['service-keys', 'list', '--json']),
    ])
    expectOneLine(again, /a service key named backend already exists/)
    expect(json(listed)).toEqual([
      {
        id,
        name: 'backend',
        scopes: ['sessions:create', 'verify'],
        createdAt: expect.stringMatching(/Z$/),
        lastUsedAt: null,
        revokedAt: null,
      },
    ])
    expect(listed.stdout).not.toContain(key)
    expect(await latchkey(['service-keys', 'revoke', String(id)])).toEqual({
      code: 0,
      stdout: `revoked ${id}\n`,
      stderr: '',
    })
    await expect.poll(async () => (await open()).status).toBe(401)
    expectOneLine(
      await latchkey(['service-keys', 'revoke', '00000000-0000-7000-8000-000000000000']),
      /no service key/,
    )
  })
})

describe('latchkey stats', () => {
  it('tells what the operators’ call tells', async () => {
    const { email } = await newUser()
    await signIn(email, 'field')
    const [asJson, asText] = await Promise.all([latchkey(['stats', '--json']), latchkey(['stats'])])
    const happened = {
      created: expect.any(Number),
      refreshed: expect.any(Number),
      expired: expect.any(Number),
    }
    expect(json(asJson)).toEqual({
      live: {
        total: expect.any(Number),
        byClientType: expect.objectContaining({ field: expect.any(Number) }),
        byAuthMethod: expect.objectContaining({ password: expect.any(Number) }),
      },
      lastHour: { ...happened, revoked: expect.any(Object) },
      lastDay: { ...happened, revoked: expect.any(Object) },
      averageAgeSeconds: expect.any(Number),
      asOf: expect.stringMatching(/Z$/),
    })
    expect(asText.stdout).toMatch(/^live +\d+ +.*field \d/m)
    expect(asText.stdout).toMatch(/^as of .*Z$/m)
  })
})

describe('latchkey events', () => {
  it('shows the audit log by user, type and time, newest first', async () => {
    const { id, email } = await newUser()
    await signIn(email)
    await signIn(email)
    const [ofUser, ofType, none] = await inPairs(
      [
        ['--user', id, '--json'],
        ['--user', id, '--type', 'session_created', '--limit', '1', '--json'],
        ['--user', id, '--since', '2100-01-01T00:00:00Z'],
      ],
      filter => latchkey(['events', ...filter]),
    )
    if (!ofUser || !ofType || !none) throw new Error('a result is missing')
    const types = (result: Result) => {
      const events = json(result)
      return Array.isArray(events) ? events.map(event => event.type) : events
    }
    expect(types(ofUser)).toEqual(
      expect.arrayContaining(['session_created', 'sign_in_succeeded', 'user_created']),
    )
    expect(types(ofUser)).toHaveLength(6)
    expect(types(ofType)).toEqual(['session_created'])
    expect(none).toEqual({ code: 0, stdout: 'no matching events\n', stderr: '' })
  })
})

describe('latchkey cleanup', () => {
  it('--once deletes what has ended and says how much', async () => {
    const { email } = await newUser()
    const [ended, live] = [await signIn(email), await signIn(email)]
    await query(
      databaseUrl,
      `UPDATE user_sessions SET expires_at = clock_timestamp() - interval '1 s' WHERE id = $1`,
      [ended.sessionId],
    )
    expect(json(await latchkey(['cleanup', '--once', '--json']))).toEqual({
      deletedSessions: 1,
      deletedEvents: 0,
      tookMs: expect.any(Number),
    })
    expect(await reasonsOf(ended, live)).toEqual([null])
  })

  it('--once is no failure while another one is at it', async () => {
    const holder = new pg.Client({ connectionString: databaseUrl })
    await holder.connect()
    try {
      await holder.query('SELECT pg_advisory_lock(7165003)')
      const result = await latchkey(['cleanup', '--once', '--json'])
      expect(json(result)).toEqual({ skipped: 'running elsewhere' })
    } finally {
      await holder.end()
    }
  })
})

describe('latchkey serve', () => {
  it('answers until SIGTERM, and then ends with exit code 0', async () => {
    const port = await freePort()
    const settings = { PORT: String(port), METRICS_PORT: '0', LOG_FORMAT: 'pretty' }
    const child = start(['serve'], { ...environment, ...settings })
    const finished = finish(child)
    const ready = () =>
      fetch(`http://127.0.0.1:${port}/health/ready`).then(
        async answer => ({ status: answer.status, body: await answer.json() }),
        () => null,
      )
    await expect
      .poll(ready, { interval: 200 })
      .toEqual({ status: 200, body: { status: 'ok', postgres: 'up', redis: 'up' } })
    child.kill('SIGTERM')
    const { stdout, ...ended } = await finished
    expect(ended).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d\.\d{3} INFO {2}listening {2}address=http:\/\/127\.0\.0\.1:\d+$/m)
  })

  it('refuses to start, with one line, on a port that is taken or a database without migrations', async () => {
    const taken = new URL(a.url).port
    const lines = (result: Result) => result.stderr.trim().split('\n')
    const [onTakenPort, onEmptyDatabase] = await Promise.all([
      latchkey(['serve'], { environment: { ...environment, PORT: taken } }),
      emptyDatabase().then(url =>
        latchkey(['serve'], { environment: { ...environment, DATABASE_URL: url, PORT: '0' } }),
      ),
    ])
    expect([onTakenPort.code, lines(onTakenPort)]).toEqual([
      1,
      [expect.stringMatching(`^latchkey: check HOST and PORT: .*${taken}`)],
    ])
    expect([onEmptyDatabase.code, lines(onEmptyDatabase)]).toEqual([
      1,
      [expect.stringMatching(/^latchkey: .*latchkey migrate$/)],
    ])
  })
})
