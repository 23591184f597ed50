import { tokensIn } from '../http.ts'
import { openLossyNetwork } from '../lossy-network.ts'
import { milliseconds } from '../print.ts'
import { must, type Step } from '../step.ts'

export const lostResponse: Step = {
  title: 'A lost answer',
  shows: 'The phone goes through a tunnel just as its new key arrives. It asks again, and all is well.',
  async run({ a, b, phone, observe }) {
    const network = await openLossyNetwork(a.url)
    try {
      const failure = await phone.tryRefresh({ name: 'A', url: network.url }).then(
        () => null,
        (error: unknown) => error,
      )
      const [lost, ...more] = network.lost
      must(
        failure instanceof Error && more.length === 0,
        'the connection should break before the answer comes',
      )
      if (lost === undefined) throw new Error('instance A should have answered')
      const meant = tokensIn({ to: 'POST /v1/auth/refresh at A', tookMs: 0, ...lost })
      observe('A made a new pair, and the connection broke before the phone had it')

      const answer = await phone.refresh(b)
      const { accessToken, refreshToken } = phone.tokens()
      must(
        accessToken === meant.accessToken && refreshToken === meant.refreshToken,
        'the repeated request should be answered with the pair that was lost',
      )
      await phone.staysSignedIn(a)
      observe(`the phone asked again, now at B: ${milliseconds(answer.tookMs)}, the very pair that was lost`)
    } finally {
      network.close()
    }
  },
}
