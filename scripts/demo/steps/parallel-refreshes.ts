import { tokensIn } from '../http.ts'
import { milliseconds } from '../print.ts'
import { must, type Step } from '../step.ts'

const count = 20

export const parallelRefreshes: Step = {
  title: `${count} refreshes at once`,
  shows: `${count} browser tabs wake up in the same moment. All get the same new key, and nobody is signed out.`,
  async run({ a, b, laptop, observe }) {
    const began = performance.now()
    const answers = await Promise.all(
      Array.from({ length: count }, (_, index) => laptop.tryRefresh(index % 2 === 0 ? a : b)),
    )
    const took = performance.now() - began
    const pairs = answers.map(tokensIn)
    const different = new Set(pairs.map(pair => `${pair.accessToken} ${pair.refreshToken}`))
    must(different.size === 1, `the ${count} answers should have one pair, and have ${different.size}`)
    for (const pair of pairs.slice(0, 1)) laptop.keep(pair)
    must(laptop.tokens().refreshToken !== laptop.tokens(1).refreshToken, 'the pair should be a new one')
    await Promise.all([laptop.staysSignedIn(a), laptop.staysSignedIn(b)])
    observe(
      `${count / 2} asked A and ${count / 2} asked B with the same token; all had an answer in ${milliseconds(took)}`,
    )
    observe(`${count} times the very same pair, and both instances accept it`)
  },
}
