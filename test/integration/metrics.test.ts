import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildMetricsServer } from '../../src/http/metrics-server.ts'
import { client } from '../support/client.ts'
import { createUser, type Instance, startInstance } from '../support/service.ts'
import { freshDatabase, freshRedis } from '../support/stores.ts'

let instance: Instance

beforeAll(async () => {
  const databaseUrl = (await freshDatabase()).url
  instance = await startInstance({
    DATABASE_URL: databaseUrl,
    REDIS_URL: (await freshRedis()).url,
    NEAR_CACHE_MAX_SESSIONS: '0',
  })
  await createUser(instance.services, 'owner@example.test')
})
afterAll(async () => {
  await instance.close()
})

/** The sample of a name with labels as it stands, or undefined. */
async function sample(name: string): Promise<number | undefined> {
  const server = buildMetricsServer(instance.services.metrics)
  const answer = await server.inject('/metrics')
  expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/)
  const line = answer.body.split('\n').find(each => each.startsWith(`${name} `))
  return line === undefined ? undefined : Number(line.slice(name.length + 1))
}

describe('the metrics', () => {
  it('count verifies by what answered, and refreshes by what came of them', async () => {
    const { signIn, verify, refresh } = client(instance.url)
    const { accessToken, refreshToken } = await signIn('owner@example.test')
    await verify(accessToken)
    await expect.poll(async () => (await verify(accessToken)).status).toBe(204)
    await verify('garbage')
    await refresh(refreshToken)
    await refresh(refreshToken)
    const counted = async (labels: string) => await sample(`latchkey_verify_total{${labels}}`)
    expect(await counted('source="postgres",verdict="signed_in"')).toBe(1)
    expect(await counted('source="redis",verdict="signed_in"')).toBeGreaterThan(0)
    expect(await counted('source="token",verdict="token_invalid"')).toBe(1)
    expect(await sample('latchkey_refresh_total{verdict="rotate"}')).toBe(1)
    expect(await sample('latchkey_refresh_total{verdict="replay"}')).toBe(1)
  })

  it('tell how long a revocation took to hold, by whom it was caused, and that the feed is followed', async () => {
    const { signIn, call } = client(instance.url)
    const { accessToken } = await signIn('owner@example.test')
    expect((await call('POST', '/v1/auth/logout', { token: accessToken })).status).toBe(204)
    await sleep(300)
    expect(await sample('latchkey_revocation_lag_seconds_count')).toBe(1)
    expect(await sample('latchkey_revocations_total{reason="logout"}')).toBe(1)
    expect(await sample('latchkey_feed_rows_total')).toBeGreaterThanOrEqual(1)
    expect(await sample('latchkey_feed_age_seconds')).toBeLessThan(60)
  })

  it('tell the state of each store, and how the pool is used', async () => {
    expect(await sample('latchkey_store_state{store="postgres",state="up"}')).toBe(1)
    expect(await sample('latchkey_store_state{store="postgres",state="down"}')).toBe(0)
    expect(await sample('latchkey_store_state{store="redis",state="up"}')).toBe(1)
    expect(await sample('latchkey_store_transitions_total{store="redis",state="up"}')).toBe(1)
    expect(await sample('latchkey_pool_connections{state="waiting"}')).toBe(0)
    expect(await sample('latchkey_pool_connections{state="idle"}')).toBeGreaterThan(0)
  })
})
