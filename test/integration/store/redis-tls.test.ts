import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RedisAddress } from '../../../src/store/redis/redis.ts'
import { type Certificate, makeCertificate } from '../../support/certificate.ts'
import { startRedisCluster } from '../../support/redis-cluster.ts'
import { startRedisNode } from '../../support/redis-node.ts'
import { startSentinelTopology } from '../../support/redis-sentinel.ts'

const script = join(import.meta.dirname, '..', '..', 'support', 'link-in-a-process.ts')

/** What becomes of a link in a process that trusts that certificate, or only what everybody trusts. */
async function linkTo(address: RedisAddress, trusted?: Certificate): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', script, JSON.stringify(address)],
    { env: { PATH: process.env['PATH'], ...(trusted && { NODE_EXTRA_CA_CERTS: trusted.file }) } },
  )
  return stdout
}

describe('a link to Redis over TLS', () => {
  let certificate: Certificate

  beforeAll(async () => {
    certificate = await makeCertificate()
  })
  afterAll(() => certificate?.remove())

  const topologies: [string, () => Promise<{ address: RedisAddress; close(): Promise<void> }>][] = [
    [
      'to one server',
      async () => {
        const { url, close } = await startRedisNode({ kind: 'server', certificate })
        return { address: { kind: 'standalone', url }, close }
      },
    ],
    ['through Sentinels', () => startSentinelTopology({ downAfterMs: 10_000, certificate })],
    ['to a Cluster', () => startRedisCluster({ nodeTimeoutMs: 10_000, certificate })],
  ]

  it.each(topologies)('%s, passes messages on, and trusts no certificate of a stranger', async (_, start) => {
    const { address, close } = await start()
    try {
      const [known, stranger] = await Promise.all([linkTo(address, certificate), linkTo(address)])
      expect(known).toBe('a message came through')
      expect(stranger).toMatch(/self-signed certificate|Connection is closed/)
    } finally {
      await close()
    }
  })
})
