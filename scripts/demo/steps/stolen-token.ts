import { setTimeout as sleep } from 'node:timers/promises'
import type { Device } from '../device.ts'
import { ask, refused } from '../http.ts'
import { milliseconds } from '../print.ts'
import type { Instance } from '../service.ts'
import type { Step } from '../step.ts'

/** What an instance that did not see the theft itself may take. */
const promisedMs = 1_000

export const stolenToken: Step = {
  title: 'A stolen key',
  shows: 'A thief tries an old key of the laptop. That ends the laptop’s session, and only that one.',
  async run({ a, b, laptop, phone, observe }) {
    const { refreshToken } = laptop.tokens(2)
    const theft = await ask(b, {
      method: 'POST',
      path: '/v1/auth/refresh',
      body: { refreshToken },
      userAgent: 'curl/8.5.0',
    })
    const noticedAt = performance.now()
    refused(theft, 'refresh_token_reused')
    observe(
      `B refused the token, two generations old, in ${milliseconds(theft.tookMs)}: 401 refresh_token_reused`,
    )

    await untilSignedOut(laptop, b, noticedAt)
    await untilSignedOut(laptop, a, noticedAt)
    const sinceNoticed = milliseconds(performance.now() - noticedAt)
    refused(await laptop.tryRefresh(a), 'session_revoked')
    observe(
      `the laptop is signed out, at A too, within ${sinceNoticed}: 401 session_revoked; nor can it refresh`,
    )

    await Promise.all([phone.staysSignedIn(a), phone.staysSignedIn(b)])
    await phone.refresh(a)
    observe('the phone is signed in as before, and refreshes')
  },
}

async function untilSignedOut(device: Device, at: Instance, since: number): Promise<void> {
  for (;;) {
    const answer = await device.verify(at)
    if (answer.status !== 204 || performance.now() - since > promisedMs) {
      return refused(answer, 'session_revoked')
    }
    await sleep(10)
  }
}
