import { milliseconds } from '../print.ts'
import { must, type Step } from '../step.ts'

export const signIns: Step = {
  title: 'Two sign-ins',
  shows: 'Ann signs in on her laptop and on her phone. Each device gets a session of its own.',
  async run({ a, b, account, laptop, phone, observe }) {
    for (const { device, at, other } of [
      { device: laptop, at: a, other: b },
      { device: phone, at: b, other: a },
    ]) {
      const answer = await device.signIn(at, account)
      await device.staysSignedIn(other)
      const took = milliseconds(answer.tookMs)
      observe(`the ${device.name} signed in at instance ${at.name} (${took}), and ${other.name} knows it too`)
    }
    must(laptop.tokens().sessionId !== phone.tokens().sessionId, 'two sign-ins should make two sessions')
    const { expiresIn, refreshExpiresIn } = laptop.tokens()
    const access = `${Math.floor(expiresIn / 60)} min ${expiresIn % 60} s`
    const days = Math.round(refreshExpiresIn / 86_400)
    observe(`the laptop’s access token lasts ${access}, its refresh token ${days} days`)
  },
}
