import { once } from 'node:events'
import { connect } from 'node:net'
import Fastify from 'fastify'
import { afterAll, describe, expect, it } from 'vitest'
import { clientAddress, countedAddress } from '../../../src/http/access/client-address.ts'

const app = Fastify({ trustProxy: ['10.0.0.0/8'] })
app.get('/', async request => ({ address: clientAddress(request), counted: countedAddress(request) }))
afterAll(() => app.close())

async function seen(remoteAddress: string, forwardedFor?: string) {
  const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor }
  const answer = await app.inject({ url: '/', remoteAddress, headers })
  return answer.json<{ address: string | null; counted: string }>()
}

describe('the address of a client', () => {
  it('is that of the connection, whatever an untrusted one says', async () => {
    expect((await seen('198.51.100.7', '203.0.113.1')).address).toBe('198.51.100.7')
    expect((await seen('198.51.100.7', '10.0.0.1, 127.0.0.1')).address).toBe('198.51.100.7')
  })

  it('is the last one that a trusted proxy did not add itself: what stands before it may be made up', async () => {
    expect((await seen('10.0.0.1', '203.0.113.1')).address).toBe('203.0.113.1')
    expect((await seen('10.0.0.1', '1.1.1.1, 127.0.0.1, 203.0.113.1')).address).toBe('203.0.113.1')
    expect((await seen('10.0.0.1', '203.0.113.1, 10.9.9.9')).address).toBe('203.0.113.1')
  })

  it('is told apart from the port that some proxies add', async () => {
    expect((await seen('10.0.0.1', '203.0.113.1:443')).address).toBe('203.0.113.1')
    expect((await seen('10.0.0.1', '[2001:db8::1]:443')).address).toBe('2001:db8::1')
  })

  it.each(["'; DROP TABLE users; --", 'unknown', '_hidden', '1.2.3', '999.1.1.1', '0x7f.1'])(
    'is none when a trusted proxy says %j',
    async forged => {
      expect(await seen('10.0.0.1', forged)).toEqual({ address: null, counted: 'unknown' })
    },
  )

  it('is none once the connection has closed', async () => {
    const closing = Fastify()
    const seenAfterwards = new Promise<unknown>(resolve => {
      closing.get('/', async request => {
        await once(request.raw.socket, 'close')
        resolve([clientAddress(request), countedAddress(request)])
      })
    })
    await closing.listen({ port: 0, host: '127.0.0.1' })
    const socket = connect(Number(new URL(closing.listeningOrigin).port), '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n', () => setTimeout(() => socket.destroy(), 50))
    expect(await seenAfterwards).toEqual([null, 'unknown'])
    await closing.close()
  })

  it('is written one way', async () => {
    expect((await seen('::ffff:198.51.100.7')).address).toBe('198.51.100.7')
    expect((await seen('fe80::1%eth0')).address).toBe('fe80::1')
  })
})

describe('what is counted as one address', () => {
  it('is an IPv4 address, also inside IPv6', async () => {
    for (const address of ['198.51.100.7', '::ffff:198.51.100.7', '::ffff:c633:6407']) {
      expect((await seen(address)).counted).toBe('198.51.100.7')
    }
  })

  it('is the /64 of an IPv6 address, in whatever spelling', async () => {
    const same = ['2001:db8:0:1::1', '2001:db8:0:1:ffff:ffff:ffff:ffff', '2001:0DB8:0000:0001::', 'fe80::1%a']
    const counted = await Promise.all(same.map(async address => (await seen(address)).counted))
    expect(counted).toEqual(['2001:db8:0:1::', '2001:db8:0:1::', '2001:db8:0:1::', 'fe80::'])
    expect((await seen('2001:db8:0:2::1')).counted).toBe('2001:db8:0:2::')
  })
})
