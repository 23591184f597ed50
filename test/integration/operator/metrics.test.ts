import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { byCli } from '../../../src/cli/actor.ts'
import { buildMetricsServer } from '../../../src/http/metrics-server.ts'
import { client, insist } from '../../support/client.ts'
import { query } from '../../support/database.ts'
import { documentedMetrics, scrapedMetrics } from '../../support/metrics-table.ts'
import { createUser, type Instance, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

let instance: Instance
let databaseUrl: string

beforeAll(async () => {
  databaseUrl = (await freshDatabase()).url
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

async function scrape(): Promise<string> {
  const server = buildMetricsServer(instance.services.metrics)
  return (await server.inject('/metrics')).body
}

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

  it('count answers by route and class of status, whatever ids the paths have', async () => {
    const { signIn, call } = client(instance.url)
    const { accessToken, sessionId } = await signIn('owner@example.test')
    const before = (await sample('latchkey_http_requests_total{route="none",status="4xx"}')) ?? 0
    expect((await call('GET', `/v1/sessions/${sessionId}`, { token: accessToken })).status).toBe(200)
    expect((await call('GET', `/v1/sessions/${sessionId}`)).status).toBe(401)
    expect((await call('GET', '/nowhere/at/all')).status).toBe(404)
    expect((await call('DELETE', '/v1/verify')).status).toBe(405)
    expect(await sample('latchkey_http_requests_total{route="/v1/sessions/:id",status="2xx"}')).toBe(1)
    expect(await sample('latchkey_http_requests_total{route="/v1/sessions/:id",status="4xx"}')).toBe(1)
    expect(await sample('latchkey_http_requests_total{route="none",status="4xx"}')).toBe(before + 2)
    const durations = 'latchkey_http_request_duration_seconds'
    const labels = 'route="/v1/sessions/:id",method="GET",status="2xx"'
    expect(await sample(`${durations}_count{${labels}}`)).toBe(1)
    expect(await sample(`${durations}_bucket{${labels},le="+Inf"}`)).toBe(1)
    expect(await sample(`${durations}_sum{${labels}}`)).toBeGreaterThan(0)
    expect(await scrape()).not.toContain(sessionId)
  })

  it('count sign-ins by what they came to, and the failure that locks an address once', async () => {
    const { call } = client(instance.url)
    const body = { email: 'nobody@example.test', password: 'a wrong password' }
    for (let attempt = 0; attempt < 7; attempt++) await insist(() => call('POST', '/v1/auth/login', { body }))
    expect(await sample('latchkey_sign_ins_total{outcome="invalid_credentials"}')).toBe(5)
    expect(await sample('latchkey_sign_ins_total{outcome="account_locked"}')).toBe(2)
    expect(await sample('latchkey_sign_ins_total{outcome="signed_in"}')).toBeGreaterThan(0)
    expect(await sample('latchkey_lockouts_total')).toBe(1)
  })

  it('tell how far cleanup is behind, and what a run has done', async () => {
    // Of another instance, which has not read the rows within these 30 s.
    const other = await startInstance({ DATABASE_URL: databaseUrl })
    const behind = async () =>
      Number(/^latchkey_cleanup_behind_seconds (\S+)$/m.exec(await other.services.metrics.text())?.[1])
    await query(databaseUrl, `UPDATE user_sessions SET expires_at = now() - interval '3 hours'`)
    expect(await behind()).toBeGreaterThanOrEqual(3 * 3_600)
    await instance.services.maintenance.cleanUp(byCli)
    await other.close()
    expect(await sample('latchkey_cleanup_runs_total{outcome="done"}')).toBe(1)
    expect(await sample('latchkey_cleanup_deleted_rows_total{kind="sessions"}')).toBeGreaterThan(0)
    expect(await sample('latchkey_cleanup_last_run_timestamp_seconds')).toBeGreaterThan(
      Date.now() / 1000 - 60,
    )
  })

  it('count live sessions by client type and by how people signed in', async () => {
    const fresh = await startInstance({ DATABASE_URL: databaseUrl })
    const { signIn } = client(fresh.url)
    await signIn('owner@example.test')
    await signIn('owner@example.test', { clientType: 'mobile' })
    const text = await fresh.services.metrics.text()
    await fresh.close()
    expect(text).toMatch(/^latchkey_sessions_live\{client_type="web"\} 1$/m)
    expect(text).toMatch(/^latchkey_sessions_live\{client_type="mobile"\} 1$/m)
    expect(text).toMatch(/^latchkey_sessions_live_by_auth_method\{auth_method="password"\} 2$/m)
  })

  it('are those that the documentation lists, with the labels that it lists', async () => {
    const scraped = scrapedMetrics(await scrape())
    const { own, process } = await documentedMetrics()
    const ownScraped = [...scraped].filter(([name]) => name.startsWith('latchkey_'))
    expect(own.map(({ name }) => name).sort()).toEqual(ownScraped.map(([name]) => name).sort())
    for (const { name, labels } of own) {
      const seen = scraped.get(name) ?? new Set()
      // Some have had nothing to tell in this file.
      if (seen.size > 0 || labels.length === 0)
        expect([name, ...seen].sort()).toEqual([name, ...labels].sort())
    }
    expect(process.filter(name => !scraped.has(name))).toEqual([])
  })
})
