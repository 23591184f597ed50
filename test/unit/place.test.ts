import cluster from 'node:cluster'
import { once } from 'node:events'
import { readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { placeOf } from '../../src/place.ts'

const host = '127.0.0.1'

describe('the place where a process listens', () => {
  it.skipIf(process.platform !== 'linux')('is another at another port or address, and the same again', () => {
    const place = placeOf({ host, port: 3000 })
    expect(place).toContain(readlinkSync('/proc/self/ns/net'))
    expect(placeOf({ host, port: 3000 })).toBe(place)
    expect(placeOf({ host, port: 3001 })).not.toBe(place)
    expect(placeOf({ host: '::1', port: 3000 })).not.toBe(place)
  })

  it('is unknown for a name, which may stand for another address the next time', () => {
    expect(placeOf({ host: 'localhost', port: 3000 })).toBeNull()
  })

  it('is unknown while the kernel chooses the port', () => {
    expect(placeOf({ host, port: 0 })).toBeNull()
  })

  it('is unknown to a worker of a cluster, which listens together with others', async () => {
    cluster.setupPrimary({
      exec: join(import.meta.dirname, '..', 'support', 'place-of-worker.ts'),
      execArgv: ['--import', 'tsx'],
    })
    const worker = cluster.fork()
    const ended = once(worker, 'exit')
    const [told] = await once(worker, 'message')
    worker.kill()
    await ended
    expect(told).toEqual({ place: null })
  })
})
