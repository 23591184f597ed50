import axios from 'axios'
import { afterAll, describe, expect, it } from 'vitest'
import { page } from '../../support/browser-call.ts'
import { client } from '../../support/client.ts'
import { call } from '../../support/conventions-app.ts'
import { createUser, goodPassword, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

const environment = { DATABASE_URL: (await freshDatabase()).url, REDIS_URL: (await freshRedis()).url }
const instance = await startInstance(environment)
afterAll(() => instance.close())
const port = Number(new URL(instance.url).port)
const api = client(instance.url)
const form = 'application/x-www-form-urlencoded'

const email = 'empty-bodies@example.test'
await createUser(instance.services, email)

async function browser() {
  const own = page(port)
  const json = { email, password: goodPassword, transport: 'cookie' }
  await own.call('POST', '/v1/auth/login', { json })
  return own
}

/** What curl, jQuery, urllib and HTML forms send with an empty body, and what a proxy may make of it. */
const framings: [name: string, headers: Record<string, string>][] = [
  ["`curl -d ''`", { 'content-type': form, 'content-length': '0' }],
  ['jQuery', { 'content-type': `${form}; charset=UTF-8`, 'content-length': '0' }],
  ['an HTML form with files', { 'content-type': 'multipart/form-data; boundary=x', 'content-length': '0' }],
  ['text', { 'content-type': 'text/plain;charset=UTF-8', 'content-length': '0' }],
  ['JSON in another charset', { 'content-type': 'application/json; charset=latin1', 'content-length': '0' }],
  ['a gzipped nothing', { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
  ['a form in chunks', { 'content-type': form, 'transfer-encoding': 'chunked' }],
]

describe('an empty body, whatever its content type,', () => {
  it.each([undefined, null, ''])('is no body when axios sends %j', async data => {
    const { accessToken } = await api.signIn(email)
    const headers = { authorization: `Bearer ${accessToken}` }
    const answer = await axios.post(`${instance.url}/v1/auth/logout`, data, { headers })
    expect(answer.status).toBe(204)
    expect((await api.verify(accessToken)).status).toBe(401)
  })

  it.each(framings)('is no body when it comes as %s', async (_name, headers) => {
    const own = await browser()
    expect((await own.call('POST', '/v1/auth/refresh', { headers })).status).toBe(200)
    expect((await own.call('POST', '/v1/auth/logout', { headers })).status).toBe(204)
  })

  it.each(framings)('lacks the fields of a call that needs some, as %s', async (_name, headers) => {
    const answer = await call(port, 'POST', '/v1/auth/login', { headers })
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'validation_failed' })
  })

  it('does not let a foreign page sign a user out', async () => {
    const own = await browser()
    const headers = { 'content-type': form, 'content-length': '0', 'sec-fetch-site': 'cross-site' }
    expect((await own.call('POST', '/v1/auth/logout', { headers })).status).toBe(403)
  })
})

describe('a body that is not empty', () => {
  it.each([{ 'content-length': '3' }, { 'transfer-encoding': 'chunked' }])(
    'is a 415 as a form, with %j',
    async framing => {
      const headers = { 'content-type': form, ...framing }
      const answer = await call(port, 'POST', '/v1/auth/logout', { headers, body: 'a=1' })
      expect(answer.status).toBe(415)
    },
  )
})
