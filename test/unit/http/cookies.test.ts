import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { createCookies } from '../../../src/http/access/cookies.ts'

describe('the device cookie', () => {
  it.each([
    [
      false,
      '__Host-latchkey_device=token.of-a_device; Max-Age=600; Path=/; HttpOnly; Secure; SameSite=Strict',
    ],
    [true, 'latchkey_device=token.of-a_device; Max-Age=600; Path=/; HttpOnly; SameSite=Strict'],
  ])('is kept from scripts and other sites, and read again (insecure: %s)', async (insecure, line) => {
    const cookies = createCookies({ insecure })
    const app = Fastify()
    app.post('/', (_request, reply) => {
      cookies.remember(reply, 'token.of-a_device', 600)
      reply.send()
    })
    app.get('/', request => ({ device: cookies.deviceToken(request) }))
    const set = await app.inject({ method: 'POST', url: '/' })
    expect(set.headers['set-cookie']).toBe(line)
    const [pair = ''] = line.split(';')
    const read = await app.inject({ url: '/', headers: { cookie: `a=b; ${pair}` } })
    expect(read.json()).toEqual({ device: 'token.of-a_device' })
    expect((await app.inject({ url: '/' })).json()).toEqual({ device: null })
    await app.close()
  })

  it('outlives a sign-out, which clears the two others', async () => {
    const cookies = createCookies({ insecure: false })
    const app = Fastify()
    app.post('/', (_request, reply) => {
      cookies.signOut(reply)
      reply.send()
    })
    const { headers } = await app.inject({ method: 'POST', url: '/' })
    expect(String(headers['set-cookie'])).not.toContain('device')
    expect(headers['clear-site-data']).not.toContain('cookies')
    await app.close()
  })
})
