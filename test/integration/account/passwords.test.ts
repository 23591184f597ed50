import { hash, parseOptions } from '@node-rs/argon2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, client, tokensOf } from '../../support/client.ts'
import { query } from '../../support/database.ts'
import { goodPassword, type Instance, startInstance } from '../../support/service.ts'
import { freshDatabase } from '../../support/stores.ts'

let databaseUrl: string
let instance: Instance
/** Where eight characters are enough. */
let lenient: Instance
let users = 0

beforeAll(async () => {
  databaseUrl = (await freshDatabase()).url
  const environment = { DATABASE_URL: databaseUrl, REGISTRATION: 'open' }
  ;[instance, lenient] = await Promise.all([
    startInstance(environment),
    startInstance({ ...environment, PASSWORD_MIN_LENGTH: '8' }),
  ])
})

afterAll(() => Promise.all([instance.close(), lenient.close()]))

const newEmail = () => `passwords-${users++}@example.test`

const register = (email: string, password: string, on = instance) =>
  client(on.url).call('POST', '/v1/auth/register', { body: { email, password } })

const logIn = (email: string, password: string) =>
  client(instance.url).call('POST', '/v1/auth/login', { body: { email, password } })

const told = ({ status, body }: Answer) => [status, body['code'], body['detail']]

describe('a new password', () => {
  it.each([
    'twelve chars',
    ' leading and trailing ',
    'пароль из слов',
    '🦊🐕🐈🦉🐎🐄🐖🐑🐐🦌🦔🐇',
    'e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301 decomposed',
    `${'long '.repeat(25)}enough`,
    `${'🦊'.repeat(1_020)} and`,
  ])('%j is taken as it is, and nothing but all of it signs in', async password => {
    const email = newEmail()
    expect((await register(email, password)).status).toBe(201)
    expect((await logIn(email, password)).status).toBe(200)
    for (const other of [password.trim(), [...password].slice(0, -1).join(''), password.normalize('NFC')]) {
      if (other !== password) expect((await logIn(email, other)).status).toBe(401)
    }
  })

  it.each([
    ['elevenchars', /too short: use at least 12/],
    ['🦊'.repeat(11), /too short: use at least 12/],
    ['password1234', /common/],
    ['PASSWORD1234', /common/],
    ['Sunshine2026!', /common/],
    ['qwertyqwerty', /common/],
    ['111111111111', /again and again/],
    ['mnbvcxz987654321', /follows the keyboard/],
  ])('%j is refused with the rule that it breaks, and nobody is registered', async (password, rule) => {
    const email = newEmail()
    expect(told(await register(email, password))).toEqual([422, 'weak_password', expect.stringMatching(rule)])
    expect(await query(databaseUrl, 'SELECT FROM users WHERE email = $1', [email])).toEqual([])
  })

  it('is refused when it is the email address, or its first part', async () => {
    const email = `Long.Enough.${users++}@example.test`
    for (const password of [email, email.toUpperCase(), email.split('@', 1)[0] ?? '']) {
      expect(told(await register(email, password))).toEqual([
        422,
        'weak_password',
        expect.stringMatching(/email/),
      ])
    }
  })

  it('is as short as the operator allows, and still no common one', async () => {
    expect((await register(newEmail(), 'eight ch', lenient)).status).toBe(201)
    expect(told(await register(newEmail(), 'seven c', lenient))[2]).toMatch(/at least 8/)
    expect(told(await register(newEmail(), 'iloveyou', lenient))[2]).toMatch(/common/)
  })

  it('has the same rules at a change, where a refused one changes nothing', async () => {
    const email = newEmail()
    await register(email, goodPassword)
    const { accessToken: token } = tokensOf(await logIn(email, goodPassword))
    for (const [newPassword, rule] of [
      ['too short', /too short/],
      ['qwertyuiop123', /common/],
      [email, /email/],
    ] as const) {
      const answer = await client(instance.url).call('POST', '/v1/auth/password', {
        token,
        body: { currentPassword: goodPassword, newPassword },
      })
      expect(told(answer)).toEqual([422, 'weak_password', expect.stringMatching(rule)])
    }
    expect((await logIn(email, goodPassword)).status).toBe(200)
  })
})

describe('a flood of sign-ins', () => {
  it('does not keep verify waiting: it is answered many times before the flood is, and the excess is told to come again', async () => {
    const email = newEmail()
    await register(email, goodPassword)
    const { accessToken } = tokensOf(await logIn(email, goodPassword))
    let flooded = true
    const flood = Promise.all(
      Array.from({ length: 150 }, (_, at) => logIn(`flood-${at}@example.test`, goodPassword)),
    ).finally(() => {
      flooded = false
    })
    const statuses: number[] = []
    while (flooded) statuses.push((await client(instance.url).verify(accessToken)).status)
    const told = new Set((await flood).map(({ body }) => body['code']))
    expect(told).toContain('invalid_credentials')
    expect(told).toContain('overloaded')
    expect(statuses.filter(status => status === 204).length).toBeGreaterThan(20)
    expect(statuses).not.toContain(401)
  })
})

describe('a password that was hashed with other parameters', () => {
  it.each([
    { memoryCost: 8_192, timeCost: 2, parallelism: 1 },
    { memoryCost: 19_456, timeCost: 1, parallelism: 1 },
  ])('%j is hashed anew at sign-in, and only then', async parameters => {
    const email = newEmail()
    await register(email, goodPassword)
    const weak = await hash(goodPassword, parameters)
    await query(databaseUrl, 'UPDATE users SET password_hash = $2 WHERE email = $1', [email, weak])
    const stored = async () => {
      const [row] = await query<{ password_hash: string }>(
        databaseUrl,
        'SELECT password_hash FROM users WHERE email = $1',
        [email],
      )
      return row?.password_hash ?? ''
    }
    expect((await logIn(email, 'not the password')).status).toBe(401)
    expect(await stored()).toBe(weak)
    expect((await logIn(email, goodPassword)).status).toBe(200)
    const strong = await stored()
    expect(parseOptions(strong)).toMatchObject({ memoryCost: 19_456, timeCost: 2, parallelism: 1 })
    expect((await logIn(email, goodPassword)).status).toBe(200)
    expect(await stored()).toBe(strong)
  })

  it('is hashed anew with stronger parameters than today’s, too: only equal ones take equal time', async () => {
    const email = newEmail()
    await register(email, goodPassword)
    const strong = await hash(goodPassword, { memoryCost: 32_768, timeCost: 3, parallelism: 2 })
    await query(databaseUrl, 'UPDATE users SET password_hash = $2 WHERE email = $1', [email, strong])
    expect((await logIn(email, goodPassword)).status).toBe(200)
    const [row] = await query<{ password_hash: string }>(
      databaseUrl,
      'SELECT password_hash FROM users WHERE email = $1',
      [email],
    )
    expect(parseOptions(row?.password_hash ?? '')).toMatchObject({ memoryCost: 19_456, timeCost: 2 })
  })
})
