import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../support/port.ts'
import { goodPassword } from '../support/service.ts'
import { example, type Program } from './example.ts'
import { createUserWithDevice, type Latchkey, startLatchkey } from './latchkey.ts'

const email = 'mobile@example.test'
const { folder, perform, run, start } = example('mobile-client')
const tokenFile = join(folder, 'tokens.json')

describe('examples/mobile-client', () => {
  let latchkey: Latchkey
  let api: Program
  let apiUrl: string
  let elsewhere: Awaited<ReturnType<typeof createUserWithDevice>>

  beforeAll(async () => {
    await perform('npm', ['ci', '--prefer-offline'])
    latchkey = await startLatchkey({ ACCESS_TOKEN_TTL_SECONDS: '300' })
    elsewhere = await createUserWithDevice(latchkey, email)
    const port = await freePort()
    apiUrl = `http://127.0.0.1:${port}`
    api = await start(['npm', 'run', 'api'], { LATCHKEY_URL: latchkey.url, PORT: String(port) }, apiUrl)
  })
  afterAll(async () => {
    await api?.stop()
    await latchkey?.close()
  })

  /** What the app shows, and its exit code. */
  async function app(...args: string[]) {
    const environment = {
      LATCHKEY_URL: latchkey.url,
      API_URL: apiUrl,
      TOKEN_FILE: tokenFile,
      PASSWORD: goodPassword,
    }
    const { exitCode, output } = await run(process.execPath, ['app.js', ...args], environment)
    return { exitCode, shown: output.trim() }
  }

  const signIn = () => app('sign-in', email)

  it('passes its own type check', () => perform('npm', ['run', 'build']))

  it('keeps the session between its starts, in a file that only its owner reads', async () => {
    expect(await app('orders')).toMatchObject({ exitCode: 2 })
    expect(await signIn()).toEqual({ exitCode: 0, shown: `Signed in as ${email}` })
    expect((await stat(tokenFile)).mode & 0o777).toBe(0o600)
    expect(await app('order', 'tea')).toMatchObject({ exitCode: 0 })
    const { exitCode, shown } = await app('orders')
    expect([exitCode, JSON.parse(shown)]).toMatchObject([0, { orders: [{ item: 'tea' }] }])
    expect(await app('refresh')).toEqual({ exitCode: 0, shown: 'Refreshed' })
    expect(await app('orders')).toMatchObject({ exitCode: 0 })
  })

  it('stays signed in over an outage of Latchkey', async () => {
    await signIn()
    await latchkey.way.set({ kind: 'refuse' })
    const [orders, refreshed, signedOut] = [await app('orders'), await app('refresh'), await app('sign-out')]
    await latchkey.way.set({ kind: 'pass' })
    for (const { exitCode, shown } of [orders, refreshed, signedOut]) {
      expect([exitCode, shown]).toEqual([3, expect.stringContaining('You are still signed in')])
    }
    expect(await app('orders')).toMatchObject({ exitCode: 0 })
  })

  it('is signed out by another device, and says why', async () => {
    await signIn()
    expect(await app('orders')).toMatchObject({ exitCode: 0 })
    await elsewhere.signOutOthers()
    expect(await app('orders')).toEqual({ exitCode: 2, shown: 'You are signed out (others). Sign in again.' })
    expect(await app('orders')).toMatchObject({ exitCode: 2 })
  })

  it('signs out, and is not signed in at its next start', async () => {
    await signIn()
    expect(await app('devices')).toMatchObject({ exitCode: 0, shown: expect.stringContaining('this device') })
    expect(await app('sign-out')).toEqual({ exitCode: 0, shown: 'Signed out' })
    expect(await app('orders')).toMatchObject({ exitCode: 2 })
    expect(await app('sign-out')).toMatchObject({ exitCode: 0 })
  })
})
