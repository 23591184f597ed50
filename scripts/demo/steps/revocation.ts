import { setTimeout as sleep } from 'node:timers/promises'
import type { Device } from '../device.ts'
import { accepted, outcomeOf, refused } from '../http.ts'
import { milliseconds } from '../print.ts'
import type { Instance } from '../service.ts'
import { must, type Step } from '../step.ts'

/** To B before, and again after, the revocation: enough to see, and too few to be rate limited. */
const questions = 25

export const revocation: Step = {
  title: 'A revocation',
  shows: 'The phone is lost. Ann signs it out from her laptop, and from then on it opens no door, anywhere.',
  async run({ a, b, account, laptop, phone, observe }) {
    await laptop.signIn(a, account)
    const seen: Seen[] = []
    await keepAsking(b, phone, seen, () => seen.length >= questions)
    observe(
      `the laptop signs in again; B says of the phone, ${questions} times out of ${questions}: signed in`,
    )

    const sentAt = performance.now()
    let confirmedAt = Number.POSITIVE_INFINITY
    const [answer] = await Promise.all([
      laptop.ask(a, 'DELETE', `/v1/sessions/${phone.tokens().sessionId}`).finally(() => {
        confirmedAt = performance.now()
      }),
      keepAsking(b, phone, seen, () => askedSince(seen, confirmedAt).length >= questions),
    ])
    accepted(answer)
    observe(
      `the laptop revokes the phone’s session at A, and has the confirmation after ${milliseconds(answer.tookMs)}`,
    )

    const wrong = seen.find(one => !['204', '401 session_revoked'].includes(one.outcome))
    must(wrong === undefined, `B should say yes or session_revoked, and said ${wrong?.outcome}`)
    const after = askedSince(seen, confirmedAt)
    const late = after.filter(one => one.outcome === '204').length
    must(late === 0, `B said yes ${late} times to questions asked after A had confirmed the revocation`)
    const [first] = seen.filter(one => one.outcome !== '204')
    const took = milliseconds((first?.answeredAt ?? sentAt) - sentAt)
    observe(
      `B, asked all the while, refuses the phone ${took} after that request went out: 401 session_revoked`,
    )
    observe(`of the ${after.length} questions asked after the confirmation, B answered none with yes`)

    refused(await phone.tryRefresh(b), 'session_revoked')
    await laptop.staysSignedIn(b)
    observe('the phone cannot refresh either; the laptop is signed in')
  },
}

interface Seen {
  askedAt: number
  answeredAt: number
  outcome: string
}

async function keepAsking(at: Instance, device: Device, seen: Seen[], enough: () => boolean): Promise<void> {
  while (!enough()) {
    const askedAt = performance.now()
    const outcome = outcomeOf(await device.verify(at))
    seen.push({ askedAt, answeredAt: performance.now(), outcome })
    await sleep(1)
  }
}

function askedSince(seen: readonly Seen[], moment: number): Seen[] {
  return seen.filter(one => one.askedAt >= moment)
}
