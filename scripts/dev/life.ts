import { setTimeout as sleep } from 'node:timers/promises'
import { type DemoDevice, devices } from './devices.ts'
import { ageSessions, writePast } from './past.ts'

/** People who use the service while one looks at it. Everybody's password is the demo user's. */
const people = ['ada', 'grace', 'alan', 'edsger', 'barbara', 'donald', 'frances', 'ken'].map(
  name => `${name}@example.com`,
)
const clientTypes = ['web', 'web', 'web', 'mobile', 'mobile', 'workstation', 'portal'] as const

type Demo = { url: string; databaseUrl: string; email: string; password: string }

/** Devices of the demo user, people with a past, and then a trickle of what people do, until it is aborted. */
export async function fillWithLife(demo: Demo, signal: AbortSignal): Promise<void> {
  await seed(demo)
  await trickle(demo, signal)
}

export async function seed(demo: Demo): Promise<void> {
  for (const email of people) {
    await call(demo, '/v1/auth/register', { email, password: demo.password }, devices[0])
  }
  await writePast(demo.databaseUrl, demo.email)
  if (await hasDevices(demo)) return
  for (const device of devices.slice(1).toReversed()) {
    await signIn(demo, demo.email, device, device.deviceName === 'Phone' ? 'mobile' : 'web')
  }
  await ageSessions(demo.databaseUrl, demo.email)
  await call(demo, '/v1/auth/login', { email: demo.email, password: 'not the password' }, devices[1])
  for (const [number, email] of people.entries()) {
    for (const device of devices.slice(0, 1 + (number % 4))) {
      await signIn(demo, email, device, clientTypes[(number * 3) % clientTypes.length] ?? 'web')
    }
    await ageSessions(demo.databaseUrl, email)
  }
}

async function hasDevices(demo: Demo): Promise<boolean> {
  const tokens = await signIn(demo, demo.email, devices[0], 'web')
  if (tokens === null) return true
  const answer = await call(demo, '/v1/sessions', null, devices[0], tokens.accessToken)
  await call(demo, '/v1/auth/logout', {}, devices[0], tokens.accessToken)
  const body: unknown = await answer.json()
  const sessions = typeof body === 'object' && body !== null && 'sessions' in body ? body.sessions : []
  return Array.isArray(sessions) && sessions.length > 2
}

type Tokens = { accessToken: string; refreshToken: string }

function tokensIn(body: unknown): Tokens {
  if (typeof body === 'object' && body !== null && 'accessToken' in body && 'refreshToken' in body) {
    return { accessToken: String(body.accessToken), refreshToken: String(body.refreshToken) }
  }
  throw new Error('the service answered without tokens')
}

async function signIn(
  demo: Demo,
  email: string,
  { deviceName, ...device }: DemoDevice,
  clientType: string,
): Promise<Tokens | null> {
  const named = deviceName === null ? {} : { deviceName }
  const body = { email, password: demo.password, clientType, ...named }
  const answer = await call(demo, '/v1/auth/login', body, device)
  return answer.ok ? tokensIn(await answer.json()) : null
}

function call(
  { url }: Demo,
  path: string,
  body: object | null,
  device: { agent: string; address: string },
  token?: string,
): Promise<Response> {
  return fetch(url + path, {
    method: body === null ? 'GET' : 'POST',
    headers: {
      'user-agent': device.agent,
      'x-forwarded-for': device.address,
      ...(body === null ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === null ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(5_000),
  })
}

async function trickle(demo: Demo, signal: AbortSignal): Promise<void> {
  const signedIn: { device: DemoDevice; tokens: Tokens }[] = []
  while (!signal.aborted) {
    // The service may be reloading; it comes back.
    await step(demo, signedIn).catch(() => {})
    await sleep(500 + Math.random() * 2_000, undefined, { signal }).catch(() => {})
  }
}

async function step(demo: Demo, signedIn: { device: DemoDevice; tokens: Tokens }[]): Promise<void> {
  const device = oneOf(devices)
  const what = Math.random()
  if (what < 0.3 || signedIn.length === 0) {
    const tokens = await signIn(demo, oneOf(people), device, oneOf(clientTypes))
    if (tokens !== null) signedIn.push({ device, tokens })
    return
  }
  if (what < 0.38) {
    const email = oneOf(people)
    await call(demo, '/v1/auth/login', { email, password: 'not the password' }, device)
    return
  }
  const at = Math.floor(Math.random() * signedIn.length)
  const [person] = signedIn.splice(at, 1)
  if (person === undefined) return
  const { refreshToken, accessToken } = person.tokens
  if (what < 0.5) {
    await call(demo, '/v1/auth/logout', { refreshToken }, person.device, accessToken)
    return
  }
  const answer = await call(demo, '/v1/auth/refresh', { refreshToken }, person.device)
  if (answer.ok) signedIn.push({ device: person.device, tokens: tokensIn(await answer.json()) })
}

function oneOf<T>(choices: readonly [T, ...T[]] | readonly T[]): T {
  const choice = choices[Math.floor(Math.random() * choices.length)]
  if (choice === undefined) throw new Error('there is nothing to choose from')
  return choice
}
