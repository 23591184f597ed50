import { setTimeout as sleep } from 'node:timers/promises'
import { createDevice } from '../device.ts'
import { accepted, devicesIn, refused } from '../http.ts'
import { milliseconds } from '../print.ts'
import type { DemoRedis } from '../redis.ts'
import type { Instance } from '../service.ts'
import { must, type Step, type Story } from '../step.ts'

/** To each instance, once Redis is back. */
const questions = 20
/** A service heals within this time of its stores, without a restart. */
const promisedMs = 5_000

export const lostRedis: Step = {
  title: 'Redis is lost, and comes back with old memories',
  shows: 'Half of the machinery breaks. Nobody notices, and who was signed out meanwhile stays out.',
  async run(story) {
    const { redis, a, b, account, laptop, phone, observe } = story
    if (redis === null) return observe('skipped: there is no Redis here, so none can be lost')

    await phone.signIn(b, account)
    const { sessionId } = phone.tokens()
    await untilRemembered(story, redis, sessionId)
    const copied = await redis.keepCopy()
    observe(`the phone signs in again; a copy is made of all that Redis holds (${copied} keys)`)

    await redis.lose()
    await allWorks(story)

    const revoked = await laptop.ask(a, 'DELETE', `/v1/sessions/${sessionId}`)
    accepted(revoked)
    refused(await phone.verify(b), 'session_revoked')
    observe(
      `the laptop revokes the phone’s session, confirmed after ${milliseconds(revoked.tookMs)}; B refuses it`,
    )

    await redis.bringBack()
    const tookMs = await untilTrusted([a, b])
    observe(`Redis comes back with the copy; ${milliseconds(tookMs)} later A and B use it again`)
    for (let question = 0; question < questions; question++) {
      for (const instance of [a, b]) refused(await phone.verify(instance), 'session_revoked')
    }
    must(await redis.hasSnapshot(sessionId), 'Redis should have the old snapshot of the phone’s session')
    refused(await phone.tryRefresh(b), 'session_revoked')
    await Promise.all([laptop.staysSignedIn(a), laptop.staysSignedIn(b)])
    observe(
      `in its memory the phone is signed in; A and B, asked ${questions} times each, do not believe it: 401 session_revoked`,
    )
  },
}

/** Both instances answer from Redis now; what they write there is not waited for by their answers. */
async function untilRemembered({ a, b, phone }: Story, redis: DemoRedis, sessionId: string): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    await Promise.all([phone.staysSignedIn(a), phone.staysSignedIn(b)])
    if (await redis.hasSnapshot(sessionId)) return
    await sleep(10)
  }
  throw new Error('Redis should have a snapshot of the phone’s session')
}

async function allWorks({ a, b, account, laptop, observe }: Story): Promise<void> {
  const asked = await laptop.verify(b)
  accepted(asked)
  const refreshed = await laptop.refresh(a)
  const tablet = createDevice(
    'tablet',
    'web',
    'Mozilla/5.0 (Android 16; Tablet; rv:140.0) Gecko/140.0 Firefox/140.0',
  )
  const signedIn = await tablet.signIn(b, account)
  const listed = await tablet.ask(a, 'GET', '/v1/sessions')
  must(devicesIn(listed).sessions.length === 3, 'the tablet should see itself, the laptop and the phone')
  const took = (name: string, { tookMs }: { tookMs: number }) => `${name} ${milliseconds(tookMs)}`
  const times = [
    took('verify', asked),
    took('refresh', refreshed),
    took('sign-in', signedIn),
    took('list', listed),
  ]
  observe(`Redis is gone, and all goes on: ${times.join(', ')}`)
}

/** How long until every instance says that all is well. */
async function untilTrusted(instances: readonly Instance[]): Promise<number> {
  const began = performance.now()
  for (const { name, url } of instances) {
    while ((await statusOf(url)) !== 'ok') {
      must(performance.now() - began < promisedMs, `${name} should have Redis back within ${promisedMs} ms`)
      await sleep(20)
    }
  }
  return performance.now() - began
}

async function statusOf(url: string): Promise<unknown> {
  const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) })
  const body: unknown = await answer.json()
  return typeof body === 'object' && body !== null && 'status' in body ? body.status : undefined
}
