import { expect } from 'vitest'
import { client, type Tokens, tokensOf } from './client.ts'
import { createUser, type Instance } from './service.ts'
import { startStopwatch } from './stopwatch.ts'

let users = 0

/** Somebody new, signed in. */
export async function signIn(instance: Instance): Promise<Tokens> {
  const email = `everyday-${users++}@example.test`
  await createUser(instance.services, email)
  return await client(instance.url).signIn(email)
}

/** What verify answers on each of them. */
export async function statusesOf(instances: readonly Instance[], token: string): Promise<number[]> {
  const answers = await Promise.all(instances.map(instance => client(instance.url).verify(token)))
  return answers.map(answer => answer.status)
}

/** Everything that a person does, with instances that may or may not have a cache. */
export async function expectAllWorks(a: Instance, b: Instance): Promise<void> {
  const stopwatch = startStopwatch()
  const email = `everyday-${users++}@example.test`
  await createUser(a.services, email)
  const [phone, laptop] = [await client(a.url).signIn(email), await client(b.url).signIn(email)]
  expect(await statusesOf([a, b, a, b], phone.accessToken)).toEqual([204, 204, 204, 204])

  const next = tokensOf(await client(b.url).refresh(phone.refreshToken))
  expect(tokensOf(await client(a.url).refresh(phone.refreshToken)).refreshToken).toBe(next.refreshToken)
  expect(await statusesOf([a, b], next.accessToken)).toEqual([204, 204])
  expect(await client(a.url).sessions(next.accessToken)).toHaveLength(2)

  const revoked = await client(a.url).call('DELETE', `/v1/sessions/${laptop.sessionId}`, {
    token: next.accessToken,
  })
  expect(revoked.status).toBe(204)
  expect(await statusesOf([a, b], laptop.accessToken)).toEqual([401, 401])
  expect((await client(b.url).refresh(laptop.refreshToken)).body['code']).toBe('session_revoked')
  await client(b.url).call('POST', '/v1/auth/logout', { token: next.accessToken })
  expect(await statusesOf([a, b], next.accessToken)).toEqual([401, 401])
  // A dozen requests, each of them far below the two seconds that any may take.
  expect(stopwatch.readMs()).toBeLessThan(6_000)
}

/** What verify answers on each of them, asked without a pause while something happens. */
export async function verifyingDuring(
  instances: readonly Instance[],
  token: string,
  work: () => Promise<void>,
): Promise<Set<number>> {
  const statuses = new Set<number>()
  let asking = true
  const asked = Promise.all(
    instances.map(async instance => {
      while (asking) statuses.add((await client(instance.url).verify(token)).status)
    }),
  )
  try {
    await work()
  } finally {
    asking = false
    await asked
  }
  return statuses
}
