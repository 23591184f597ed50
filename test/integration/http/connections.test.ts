import { once } from 'node:events'
import net from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addressesIn, type ConnectionLimits } from '../../../src/http/conventions/connections.ts'
import {
  type ConventionsApp,
  parseAnswer,
  rawExchange,
  rawGet,
  startConventionsApp,
} from '../../support/conventions-app.ts'

let service: ConventionsApp
beforeAll(async () => {
  service = await startConventionsApp()
})
afterAll(() => service.close())

describe('a request with many headers', () => {
  const fillers = (count: number) => Array(count).fill('W:b\r\n').join('')
  const ask = async (head: string) => {
    const bytes = `GET /v1/slow/in-time-by-itself HTTP/1.1\r\nConnection: close\r\n${head}\r\n`
    return parseAnswer(await rawExchange(service.port, bytes))
  }

  test.each([10, 990])('is refused for a second Host behind %i others', async count => {
    const { status, text } = await ask(`Host: a\r\n${fillers(count)}Host: b\r\n`)
    expect([status, JSON.parse(text).detail]).toEqual([400, 'Send exactly one Host header.'])
  })

  test.each([
    ['a second Host', 'Host: b\r\n'],
    ['a second Authorization', 'Authorization: Bearer b\r\n'],
    ['X-Forwarded-For', 'X-Forwarded-For: 203.0.113.7\r\n'],
  ])('is refused, and does not lose %s that comes last', async (_, last) => {
    for (const count of [999, 1_000, 2_100]) {
      const { status, text } = await ask(`Host: a\r\nAuthorization: Bearer a\r\n${fillers(count)}${last}`)
      expect([status, JSON.parse(text).code]).toEqual([431, 'headers_too_large'])
    }
  })
})

describe('connections', () => {
  async function open(port: number, count: number): Promise<net.Socket[]> {
    return await Promise.all(
      Array.from({ length: count }, async () => {
        const socket = net.connect(port, '127.0.0.1')
        socket.on('error', () => undefined)
        await once(socket, 'connect')
        return socket
      }),
    )
  }
  const ended = (sockets: readonly net.Socket[]) => sockets.filter(socket => socket.closed).length
  const withLimits = (limits: Partial<ConnectionLimits>) =>
    startConventionsApp({
      connections: { most: 1_000, mostFromOneAddress: 1_000, isProxy: () => false, ...limits },
    })

  test.each([
    ['in all', { most: 20 }],
    ['from one address', { mostFromOneAddress: 20 }],
  ])('past the limit %s are closed, and make room when they end', async (_, limits) => {
    const own = await withLimits(limits)
    const sockets = await open(own.port, 30)
    await expect.poll(() => ended(sockets)).toBe(10)
    for (const socket of sockets) socket.destroy()
    await expect.poll(async () => (await rawGet(own.port, '/openapi.json', {})).status).toBe(200)
    await own.close()
  })

  test('of a proxy are as many as there may be in all', async () => {
    const own = await withLimits({ mostFromOneAddress: 5, isProxy: addressesIn(['127.0.0.0/8']) })
    const sockets = await open(own.port, 30)
    expect((await rawGet(own.port, '/openapi.json', {})).status).toBe(200)
    expect(ended(sockets)).toBe(0)
    for (const socket of sockets) socket.destroy()
    await own.close()
  })

  test('that are idle after an answer give way when there is little room', async () => {
    const own = await withLimits({ most: 20 })
    const idle = await open(own.port, 15)
    for (const socket of idle) {
      socket.write('GET /v1/nothing HTTP/1.1\r\nHost: x\r\n\r\n')
      await once(socket, 'data')
    }
    const more = await open(own.port, 4)
    await expect.poll(() => ended(idle)).toBe(15)
    for (const socket of more) socket.destroy()
    await own.close()
  })
})
