import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { client, insist, tokensOf } from '../../support/client.ts'
import { goodPassword, type Instance, startInstance } from '../../support/service.ts'
import { freshDatabase } from '../../support/stores.ts'

const page = join(import.meta.dirname, '..', '..', '..', 'docs', 'guides', 'testing-your-app.md')
let instance: Instance

beforeAll(async () => {
  const [, settings = ''] = /^```ini excerpt\n(.*?)^```/ms.exec(await readFile(page, 'utf8')) ?? []
  const shown = Object.entries(parseEnv(settings)).map(([name, value]) => [name, value ?? ''])
  expect(shown.map(([name]) => name).sort()).toEqual(['MAX_SESSIONS_PER_USER', 'RATE_LIMITS'])
  const environment = { DATABASE_URL: (await freshDatabase()).url, REGISTRATION: 'open' }
  instance = await startInstance({ ...environment, ...Object.fromEntries(shown) })
})
afterAll(() => instance.close())

it('the settings that docs/guides/testing-your-app.md shows let tests register, sign in and refresh', async () => {
  const { call, signIn, refresh, verify } = client(instance.url)
  const register = (email: string) =>
    call('POST', '/v1/auth/register', { body: { email, password: goodPassword } })
  // One more than each default.
  const [first = '', ...others] = Array.from({ length: 11 }, (_, index) => `user-${index}@example.test`)
  for (const email of [first, ...others]) expect((await insist(() => register(email))).status).toBe(201)
  const session = await signIn(first)
  for (const email of [...others, ...Array(10).fill(first)]) await signIn(email)
  expect((await verify(session.accessToken)).status).toBe(204)

  let { refreshToken } = session
  for (let time = 0; time < 21; time++) refreshToken = tokensOf(await refresh(refreshToken)).refreshToken
  const anonymous = await Promise.all(Array.from({ length: 101 }, () => call('GET', '/v1/auth/session')))
  expect(new Set(anonymous.map(({ status }) => status))).toEqual(new Set([401]))
})
