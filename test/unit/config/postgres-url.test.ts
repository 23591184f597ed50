import { randomBytes } from 'node:crypto'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'

const secret = randomBytes(32).toString('base64')

function read(databaseUrl: string, changes: Record<string, string> = {}) {
  return readConfig({ LATCHKEY_SECRET: secret, DATABASE_URL: databaseUrl, ...changes })
}

function refusal(databaseUrl: string, changes: Record<string, string> = {}): string {
  try {
    read(databaseUrl, changes)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return 'accepted'
}

afterEach(() => vi.restoreAllMocks())

describe('DATABASE_URL', () => {
  it.each([
    'postgres://user:p%40ss%2Fw%23%3F@127.0.0.1:5432/db',
    'postgres://user:50%@localhost/db',
    'postgres://[::1]:5432/db',
    'postgres://user:p@/db?host=/var/run/postgresql',
    'postgres:///db?host=/var/run/postgresql&user=u@x&password=a@b',
    'postgres://user:p@localhost/db?host=/var/run/postgresql',
    'postgres://user:p@%2Fvar%2Frun%2Fpostgresql/db',
    'postgres://user:p@host/db?options=-c%20search_path%3Dapp',
    'postgres://user:p@ss@host/db',
    'postgres://host/db\n',
  ])('accepts %s, as the driver does', databaseUrl => {
    expect(refusal(databaseUrl)).toBe('accepted')
  })

  it.each([
    'postgres://u:Zx9#kQ?2@127.0.0.1/db',
    'postgres://u:Zx9?kQ2@127.0.0.1/db',
    'postgres://u:Zx9/kQ2@127.0.0.1/db',
    'postgres://u:9/kQ2@127.0.0.1/db',
    'postgres://u:9?kQ2@127.0.0.1/db',
    'postgres://u:9#kQ2@127.0.0.1/db',
    'postgres://u:Z@x9/kQ2@127.0.0.1/db',
    'postgres://u:Z@x9?kQ2@127.0.0.1/db',
    'postgres://u:Z@x9#kQ2@127.0.0.1/db',
  ])('says how to write the characters of a password for %s, and shows none of it', databaseUrl => {
    const line = refusal(databaseUrl)
    expect(line).toMatch(/^DATABASE_URL cannot be read: write # \? \/ @ .+ as %23 %3F %2F %40/)
    expect(line).not.toMatch(/Zx9|kQ2|x9/)
  })

  it.each([
    ['"postgres://localhost/db"', /must be a URL that begins with postgres:\/\/ .+ without quotes/],
    ['host=localhost dbname=db', /must be a URL that begins with/],
    ['postgres://u:p@h1:5432,h2:5432/db', /names several hosts; use one/],
    ['postgres://u:p@h1,h2/db', /names several hosts/],
    ['postgres://u:p@/db?host=h1,h2', /names several hosts/],
    ['postgres://u:p@?host=/var/run', /has no host; for a Unix socket write/],
    ['postgres://h/db?sslmode=require&sslmode=disable', /has sslmode more than once/],
    ['postgres://h/db?ssl=true&ssl=false', /has ssl more than once/],
    ['postgres://h/db?host=/var/run&host=db.example', /has host more than once/],
    ['postgres://h/db?sslmode=verify_full', /has an sslmode that does not exist; use one of disable/],
    ['postgres://h/db?ssl=false', /has an unsupported value of ssl/],
    ['postgres://h/db?sslrootcert=system', /has sslrootcert=system, which only libpq supports; remove it/],
    [
      'postgres://h/db?sslmode=verify-full&sslrootcert=/no/such.pem',
      /names a file that cannot be read \(ENOENT\): \/no\/such\.pem/,
    ],
    ['postgres://h/db?uselibpqcompat=true&sslmode=verify-ca', /has sslmode=verify-ca without sslrootcert/],
  ])('refuses %s in one line', (databaseUrl, message) => {
    const line = refusal(databaseUrl)
    expect(line).toMatch(message)
    expect(line).toMatch(/^DATABASE_URL /)
    expect(line).not.toContain('\n')
  })

  it.each(['allow', 'prefer', 'require', 'verify-ca'])(
    'gives the driver verify-full for %s, which is what it makes of it, so that it does not warn',
    mode => {
      const warned = vi.spyOn(process, 'emitWarning')
      const { databaseUrl } = read(`postgres://u:p@h/db?application_name=x&sslmode=${mode}&options=y`)
      expect(databaseUrl).toBe('postgres://u:p@h/db?application_name=x&sslmode=verify-full&options=y')
      expect(warned).not.toHaveBeenCalled()
    },
  )

  it('leaves the mode to libpq’s rules where the URL asks for them', () => {
    const url = 'postgres://u:p@h/db?uselibpqcompat=true&sslmode=require'
    expect(read(url).databaseUrl).toBe(url)
  })

  it('names the parameters that have no effect', () => {
    const { warnings } = read('postgres://h/db?schema=public&connection_limit=1&application_name=x')
    expect(warnings).toEqual(['DATABASE_URL has parameters that have no effect: schema, connection_limit'])
  })
})

describe('DATABASE_URL in production', () => {
  const production = { NODE_ENV: 'production', ISSUER: 'https://sessions.example.com' }

  it.each([
    ['postgres://db.example/x?sslmode=', 'db.example'],
    ['postgres://db.example/x?ssl=', 'db.example'],
    ['postgres://db.example/x?ssl=0', 'db.example'],
    ['postgres://db.example/x?sslmode=disable', 'db.example'],
    ['postgres://user:p@/x?host=db.example', 'db.example'],
    ['postgres://localhost/x?host=db.example', 'db.example'],
  ])('refuses %s: the driver would not encrypt', (databaseUrl, host) => {
    expect(refusal(databaseUrl, production)).toMatch(
      new RegExp(`^DATABASE_URL leads to ${host} unencrypted; add \\?sslmode=verify-full`),
    )
    const allowed = { ...production, ALLOW_UNENCRYPTED_STORES: 'true' }
    expect(refusal(databaseUrl, allowed)).toBe('accepted')
  })

  it('goes by the host and the mode that the driver takes from the environment', () => {
    const far = { ...production, PGHOST: 'db.example' }
    expect(refusal('postgres:///x', far)).toMatch(/^DATABASE_URL leads to db\.example unencrypted/)
    expect(refusal('postgres:///x', { ...far, PGSSLMODE: 'verify-full' })).toBe('accepted')
    expect(refusal('postgres:///x', { ...far, PGSSLMODE: 'no-verify' })).toMatch(/without checking/)
  })

  it.each([
    'postgres://db.example/x?sslmode=no-verify',
    'postgres://db.example/x?ssl=no-verify',
    'postgres://db.example/x?uselibpqcompat=true&sslmode=require',
    'postgres://db.example/x?uselibpqcompat=true&sslmode=prefer',
  ])('refuses %s: the certificate would not be checked; allowed, it is a warning', databaseUrl => {
    const line = refusal(databaseUrl, production)
    expect(line).toMatch(/^DATABASE_URL leads to db\.example without checking its certificate/)
    expect(line).toMatch(/sslmode=verify-full.+ALLOW_UNENCRYPTED_STORES=true/)
    const { warnings } = read(databaseUrl, { ...production, ALLOW_UNENCRYPTED_STORES: 'true' })
    expect(warnings).toEqual([expect.stringMatching(/without checking its certificate/)])
  })

  it.each(['require', 'verify-ca', 'verify-full'])('accepts sslmode=%s', mode => {
    expect(refusal(`postgres://db.example/x?sslmode=${mode}`, production)).toBe('accepted')
  })

  it('accepts an authority of its own', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'latchkey-ca-')), 'ca.pem')
    await writeFile(file, '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n')
    expect(refusal(`postgres://db.example/x?sslrootcert=${file}`, production)).toBe('accepted')
  })
})
