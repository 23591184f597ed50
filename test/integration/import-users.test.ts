import { scryptSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hash as argon2 } from '@node-rs/argon2'
import bcrypt from 'bcryptjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { importUsers } from '../../src/cli/import-users.ts'
import { client } from '../support/client.ts'
import { query } from '../support/database.ts'
import { goodPassword, type Instance, startInstance } from '../support/service.ts'
import { freshDatabase } from '../support/stores.ts'

let instance: Instance
let databaseUrl: string
let folder: string

beforeAll(async () => {
  databaseUrl = (await freshDatabase()).url
  instance = await startInstance({ DATABASE_URL: databaseUrl })
  folder = await mkdtemp(join(tmpdir(), 'latchkey-import-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
  await instance.close()
})

function phc(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}

const salt = Buffer.from('0123456789abcdef')
const foreign = {
  bcrypt: async () => await bcrypt.hash(goodPassword, 5),
  scrypt: async () => {
    const digest = scryptSync(goodPassword, salt, 64, { N: 2 ** 14, r: 16, p: 1, maxmem: 2 ** 26 })
    return `$scrypt$ln=14,r=16,p=1$${phc(salt)}$${phc(digest)}`
  },
  argon2i: async () => await argon2(goodPassword, { algorithm: 1, memoryCost: 4096 }),
  argon2id: async () => await argon2(goodPassword, { memoryCost: 8192, timeCost: 1 }),
}

async function run(lines: readonly unknown[]) {
  const path = join(folder, 'users.jsonl')
  const texts = lines.map(line => (typeof line === 'string' ? line : JSON.stringify(line)))
  await writeFile(path, `${texts.join('\n')}\n`)
  return await importUsers(instance.services, path)
}

async function hashOf(email: string): Promise<string | undefined> {
  const [row] = await query<{ password_hash: string }>(
    databaseUrl,
    'SELECT password_hash FROM users WHERE email = $1',
    [email],
  )
  return row?.password_hash
}

describe('users of another system', () => {
  it.each(Object.entries(foreign))(
    'sign in with their password and a %s hash, which becomes argon2id of today',
    async (name, make) => {
      const email = `${name}@example.test`
      const passwordHash = await make()
      expect(await run([{ email, passwordHash }])).toEqual({ created: 1, unchanged: 0, bad: [] })
      const { call, signIn } = client(instance.url)
      const wrong = await call('POST', '/v1/auth/login', { body: { email, password: 'not this one' } })
      expect(wrong.body['code']).toBe('invalid_credentials')
      expect(await hashOf(email)).toBe(passwordHash)
      await signIn(email)
      expect(await hashOf(email)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
      await signIn(email)
    },
  )

  it('are imported once: a second run changes nothing, not even for who has signed in since', async () => {
    const lines = [
      { email: 'first@example.test', passwordHash: await foreign.bcrypt(), roles: ['agent'] },
      { email: 'Second@example.test' },
    ]
    expect(await run(lines)).toEqual({ created: 2, unchanged: 0, bad: [] })
    await client(instance.url).signIn('first@example.test')
    const all = () => query(databaseUrl, 'SELECT users::text FROM users ORDER BY id')
    const events = () => query(databaseUrl, `SELECT FROM security_events WHERE type = 'user_created'`)
    const before = [await all(), (await events()).length]
    expect(await run(lines)).toEqual({ created: 0, unchanged: 2, bad: [] })
    expect([await all(), (await events()).length]).toEqual(before)
  })

  it('on bad lines are reported by number, without what the line holds, and the others are imported', async () => {
    const tooDear = (await foreign.bcrypt()).replace('$05$', '$20$')
    const result = await run([
      { email: 'good@example.test' },
      '{"email": ',
      { email: 'no address', passwordHash: null },
      '',
      { email: 'plain@example.test', passwordHash: 'in plain text' },
      { email: 'dear@example.test', passwordHash: tooDear },
      { email: 'memory@example.test', passwordHash: (await foreign.scrypt()).replace('ln=14', 'ln=24') },
      { email: 'more@example.test', admin: true },
      { email: 'role@example.test', roles: ['a,b'] },
      '[1]',
    ])
    expect([result.created, result.bad.map(({ line }) => line)]).toEqual([1, [2, 3, 5, 6, 7, 8, 9, 10]])
    expect(JSON.stringify(result)).not.toMatch(/plain text|\$20\$/)
  })
})
