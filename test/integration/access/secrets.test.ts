import { Redis } from 'ioredis'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { client, type Tokens, tokensOf } from '../../support/client.ts'
import { createUser, type Instance, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

let databaseUrl: string
let redisUrl: string
let instance: Instance
const issued: Tokens[] = []

beforeAll(async () => {
  databaseUrl = (await freshDatabase()).url
  redisUrl = (await freshRedis()).url
  instance = await startInstance({ DATABASE_URL: databaseUrl, REDIS_URL: redisUrl })
})

afterAll(() => instance.close())

/** Everything that a life with sessions leaves behind: all kinds of outcome, and every token that was issued. */
async function live(email: string): Promise<void> {
  const api = client(instance.url)
  await createUser(instance.services, email)
  const keep = (tokens: Tokens) => {
    issued.push(tokens)
    return tokens
  }
  const laptop = keep(await api.signIn(email))
  const phone = keep(await api.signIn(email, { clientType: 'mobile' }))
  const stolen = keep(await api.signIn(email))
  const next = keep(tokensOf(await api.refresh(laptop.refreshToken)))
  keep(tokensOf(await api.refresh(laptop.refreshToken)))
  keep(tokensOf(await api.refresh(phone.refreshToken)))
  const once = keep(tokensOf(await api.refresh(stolen.refreshToken)))
  keep(tokensOf(await api.refresh(once.refreshToken)))
  expect((await api.refresh(stolen.refreshToken)).status).toBe(401)
  for (const { accessToken } of issued) await api.verify(accessToken)
  const changed = keep(
    tokensOf(
      await api.call('POST', '/v1/auth/password', {
        token: next.accessToken,
        body: { currentPassword: 'correct horse battery', newPassword: 'a longer staple' },
      }),
    ),
  )
  await api.verify(changed.accessToken)
}

/** Every value of every row, bytes as hex. */
async function databaseDump(): Promise<string> {
  const connection = new pg.Client({ connectionString: databaseUrl })
  await connection.connect()
  try {
    const tables = await connection.query<{ name: string }>(
      `SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    )
    const dumps = []
    for (const { name } of tables.rows) {
      const rows = await connection.query<{ row: string }>(`SELECT t::text AS row FROM ${name} AS t`)
      dumps.push(name, ...rows.rows.map(({ row }) => row))
    }
    return dumps.join('\n')
  } finally {
    await connection.end()
  }
}

async function redisDump(): Promise<Map<string, string>> {
  const redis = new Redis(redisUrl)
  try {
    const entries = new Map<string, string>()
    for (const key of await redis.keys('*')) entries.set(key, (await redis.get(key)) ?? '')
    return entries
  } finally {
    redis.disconnect()
  }
}

/** Each way in which the secret part of a token could have been written down. */
function spellings({ accessToken, refreshToken }: Tokens): string[] {
  const signature = accessToken.split('.')[2] ?? ''
  const random = Buffer.from(refreshToken.slice(4), 'base64url').subarray(37, 69)
  const family = Buffer.from(refreshToken.slice(4), 'base64url').subarray(21, 37)
  const texts = [accessToken, refreshToken, signature]
  return [
    ...texts,
    ...texts.map(text => Buffer.from(text).toString('hex')),
    ...texts.map(text => Buffer.from(text).toString('base64url')),
    ...[random, family, Buffer.from(signature, 'base64url')].flatMap(bytes => [
      bytes.toString('hex'),
      bytes.toString('base64'),
      bytes.toString('base64url'),
      bytes.toString('latin1'),
    ]),
  ]
}

describe('a dump of every column and every key', () => {
  beforeAll(async () => {
    await Promise.all([live('one@example.test'), live('two@example.test')])
    await instance.services.activity.flush()
  })

  it('contains no token that was ever issued, in any spelling', async () => {
    const database = await databaseDump()
    const redis = await redisDump()
    // The dump is a real one: the hashes of what was issued are in it.
    expect(database).toContain('one@example.test')
    expect(redis.size).toBeGreaterThan(2)
    expect(issued.length).toBeGreaterThanOrEqual(18)
    const dump = [database, ...redis.keys(), ...redis.values()].join('\n')
    for (const tokens of issued) {
      for (const spelling of spellings(tokens)) expect(dump.includes(spelling)).toBe(false)
    }
  })

  it('contains no password and no private key', async () => {
    const dump = await databaseDump()
    expect(dump).not.toContain('correct horse battery')
    expect(dump).not.toContain('a longer staple')
    expect(dump).not.toContain('PRIVATE KEY')
    expect(dump).not.toContain(Buffer.from('PRIVATE KEY').toString('hex'))
  })

  it('would show a token if one were stored', async () => {
    const [tokens] = issued
    if (tokens === undefined) throw new Error('no tokens were issued')
    const redis = new Redis(redisUrl)
    await redis.set('planted', tokens.refreshToken)
    redis.disconnect()
    const dump = [...(await redisDump()).values()].join('\n')
    expect(spellings(tokens).some(spelling => dump.includes(spelling))).toBe(true)
  })
})
