import { execFile } from 'node:child_process'
import { scryptSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hash as argon2 } from '@node-rs/argon2'
import bcrypt from 'bcryptjs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { importUsers } from '../../../src/cli/users/import-users.ts'
import { query } from '../../support/database.ts'
import { goodPassword, type Instance, secret, startInstance } from '../../support/service.ts'
import { freshDatabase } from '../../support/stores.ts'
import { vectors } from '../../unit/account/imported-vectors.ts'

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

async function written(lines: readonly unknown[]): Promise<string> {
  const path = join(folder, 'users.jsonl')
  const texts = lines.map(line => (typeof line === 'string' ? line : JSON.stringify(line)))
  await writeFile(path, `${texts.join('\n')}\n`)
  return path
}

async function run(lines: readonly unknown[]) {
  return await importUsers(instance.services, await written(lines))
}

/** `latchkey users import`, in a process of its own. */
function latchkeyImport(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return inProcess(process.execPath, [...command, ...args])
}

const command = [join(inject('builtService'), 'cli.js'), 'users', 'import']

function inProcess(program: string, args: readonly string[]) {
  const { PATH = '' } = process.env
  const env = { PATH, DATABASE_URL: databaseUrl, LATCHKEY_SECRET: secret }
  return new Promise<{ code: number; stdout: string; stderr: string }>(resolve => {
    execFile(program, args, { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

/** Without the deadline of a request, which a busy machine may need longer than. */
async function logIn(email: string, password = goodPassword): Promise<string> {
  const origin = { ipAddress: '127.0.0.1', userAgent: null }
  const request = { email, password, clientType: 'web', deviceName: null, deviceToken: null, origin }
  return (await instance.services.signIn(request)).kind
}

async function users(): Promise<number> {
  const [row] = await query<{ count: string }>(databaseUrl, 'SELECT count(*) FROM users')
  return Number(row?.count)
}

async function hashOf(email: string): Promise<string | null | undefined> {
  const [row] = await query<{ password_hash: string | null }>(
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
      expect(await logIn(email, 'not this one')).toBe('invalid_credentials')
      const kept = await hashOf(email)
      expect(kept).toMatch(/^\$wrapped\$[a-z0-9]+,\d+\$[\w-]+\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
      expect(kept).not.toContain(passwordHash.slice(-20))
      expect(await logIn(email)).toBe('signed_in')
      expect(await hashOf(email)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
      expect(await logIn(email)).toBe('signed_in')
    },
  )

  it.each(Object.entries(foreign))(
    'that version 0.1 imported sign in as well, with a %s hash that stands as it came',
    async (name, make) => {
      const email = `kept-${name}@example.test`
      await run([{ email }])
      await query(databaseUrl, 'UPDATE users SET password_hash = $2 WHERE email = $1', [email, await make()])
      expect(await logIn(email, 'not this one')).toBe('invalid_credentials')
      expect(await logIn(email)).toBe('signed_in')
      expect(await hashOf(email)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    },
  )

  it('of every system that docs/guides/migrate.md names are imported, and sign in', async () => {
    const lines = vectors.map(({ passwordHash }, at) => ({
      email: `vector-${at}@example.test`,
      passwordHash,
    }))
    expect(await run(lines)).toEqual({ created: vectors.length, unchanged: 0, bad: [] })
    for (const [at, { from, password }] of vectors.entries()) {
      expect([from, await logIn(`vector-${at}@example.test`, password)]).toEqual([from, 'signed_in'])
    }
  })

  it('keep a hash that has today’s parameters as it is, and have no password where it is unusable', async () => {
    const passwordHash = await argon2(goodPassword, { memoryCost: 19_456, timeCost: 2, parallelism: 1 })
    await run([
      { email: 'todays@example.test', passwordHash },
      { email: 'unusable@example.test', passwordHash: '!rnEmsOot2iefXxE37e06FZpyFmBa2W9mKHHF6sx3' },
    ])
    expect(await hashOf('todays@example.test')).toBe(passwordHash)
    expect(await hashOf('unusable@example.test')).toBeNull()
    expect(await logIn('todays@example.test')).toBe('signed_in')
  })

  it('are imported once: a second run changes nothing, not even for who has signed in since', async () => {
    const lines = [
      { email: 'first@example.test', passwordHash: await foreign.bcrypt(), roles: ['agent'] },
      { email: 'Second@example.test' },
    ]
    expect(await run(lines)).toEqual({ created: 2, unchanged: 0, bad: [] })
    await logIn('first@example.test')
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

  it('come from a file of another system too: a byte order mark, its line ends, none at the last line', async () => {
    const path = await written([])
    const lines = ['foreign-1', 'foreign-2', 'foreign-3'].map(name =>
      JSON.stringify({ email: `${name}@example.test` }),
    )
    await writeFile(path, `\u{feff}${lines.join('\r\n')}`)
    expect(await importUsers(instance.services, path)).toEqual({ created: 3, unchanged: 0, bad: [] })
  })

  it('are one user for one address, however it is spelt: the first line counts', async () => {
    const lines = [
      { email: 'twice@example.test', roles: ['agent'] },
      { email: 'Twice@Example.test', roles: ['admin'] },
    ]
    expect(await run(lines)).toEqual({ created: 1, unchanged: 1, bad: [] })
    const found = await query(
      databaseUrl,
      `SELECT roles FROM users WHERE lower(email) = 'twice@example.test'`,
    )
    expect(found).toEqual([{ roles: ['agent'] }])
  })

  it('are not taken over with a hash that nobody could check', async () => {
    const hash = (await foreign.argon2id()).replace(
      /\$([^$]+)(\$[^$]+)$/,
      (_, __, rest) => `$${'A'.repeat(13)}${rest}`,
    )
    const { created, bad } = await run([{ email: 'unreadable@example.test', passwordHash: hash }])
    expect([created, bad.map(({ line }) => line)]).toEqual([0, [1]])
  })
})

describe('latchkey users import', () => {
  it('says what it did; a second run succeeds as well, and changes nothing', async () => {
    const before = await users()
    const path = await written([
      { email: 'cli-1@example.test', passwordHash: await foreign.bcrypt(), roles: ['agent'] },
      { email: 'cli-2@example.test' },
    ])
    const first = { code: 0, stdout: 'created 2, unchanged 0, bad lines 0\n', stderr: '' }
    expect(await latchkeyImport(path)).toEqual(first)
    expect(await users()).toBe(before + 2)
    await logIn('cli-1@example.test')
    const all = () => query(databaseUrl, 'SELECT users::text FROM users ORDER BY id')
    const after = await all()
    expect(await latchkeyImport(path)).toEqual({
      code: 0,
      stdout: 'created 0, unchanged 2, bad lines 0\n',
      stderr: '',
    })
    expect(await all()).toEqual(after)
  })

  it('fails when it left lines out, and tells their numbers and why on stderr; the others are in', async () => {
    const before = await users()
    const path = await written(['{"email": ', { email: 'cli-3@example.test' }, '', { email: 'nobody' }])
    const { code, stdout, stderr } = await latchkeyImport(path, '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ created: 1, unchanged: 0, bad: [{ line: 1 }, { line: 4 }] })
    expect(stderr).toBe(
      'line 1: it is not a JSON object\nline 4: email must be an email address (docs/guides/migrate.md)\n',
    )
    expect(await users()).toBe(before + 1)
  })

  it('fails in one line for a file that is not there or is a directory, and is called wrongly without one', async () => {
    const missing = await latchkeyImport(join(folder, 'nowhere.jsonl'))
    expect(missing).toMatchObject({ code: 1, stdout: '' })
    expect(missing.stderr).toMatch(/^latchkey: .*the file cannot be read: ENOENT.*\n$/)
    const directory = await latchkeyImport(folder)
    expect(directory).toMatchObject({ code: 1, stdout: '' })
    expect(directory.stderr).toMatch(/^latchkey: .*the file cannot be read: it is a directory\n$/)
    expect(await latchkeyImport()).toMatchObject({ code: 2, stdout: '' })
  })

  // `script`, which gives it a terminal, is called otherwise elsewhere.
  it.runIf(process.platform === 'linux')(
    'shows on a terminal how far it is, once it takes a second',
    async () => {
      const many = 4_000
      const path = await written(
        Array.from({ length: many }, (_, at) => ({ email: `many-${at}@example.test` })),
      )
      const line = [process.execPath, ...command, path].map(part => `'${part}'`).join(' ')
      const { code, stdout } = await inProcess('script', ['-qec', line, '/dev/null'])
      expect(code).toBe(0)
      expect(stdout.split('\r\u001b[K')).toContainEqual(expect.stringMatching(/^\d+ lines, \d+ created$/))
      expect(stdout).toContain(`created ${many}, unchanged 0, bad lines 0`)
    },
  )
})
