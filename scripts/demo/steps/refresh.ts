import { milliseconds } from '../print.ts'
import { must, type Step } from '../step.ts'

export const refresh: Step = {
  title: 'A refresh',
  shows:
    'Keys are exchanged for new ones all the time, without a password, so that an old copy is worth little.',
  async run({ a, b, laptop, observe }) {
    const answer = await laptop.refresh(b)
    const [before, after] = [laptop.tokens(1), laptop.tokens()]
    must(after.sessionId === before.sessionId, 'a refresh should stay in its session')
    must(
      after.accessToken !== before.accessToken && after.refreshToken !== before.refreshToken,
      'a refresh should give two new tokens',
    )
    await laptop.staysSignedIn(a)
    observe(`B gave the laptop a new pair in ${milliseconds(answer.tookMs)}: same session, both tokens new`)
    observe('A accepts the new access token at once')
  },
}
