import type { InputOf } from '../api.ts'
import { errorOf, jsonIn } from '../error.ts'
import type { Parts } from '../parts.ts'
import type { Grant } from '../session/storage.ts'

type Change = Omit<InputOf<'POST /v1/auth/password'>['body'], 'deviceToken'>

export function createPassword({ session, grants, connection, turns, refresh, requests }: Parts) {
  const send = (change: Change) => (grant: Grant | null) =>
    turns(async () => {
      const body = { ...change, deviceToken: grant?.deviceToken }
      const call = { method: 'POST', path: '/v1/auth/password', body, grant, isRepeatable: false }
      const answer = await connection.call(call)
      if (answer.ok) {
        const given = await jsonIn(answer.clone())
        // The device token from before the change counts for nothing now, nor at the next sign-in.
        const device = { email: grant?.email, deviceToken: given.deviceToken }
        await session.accept(given, device)
        await grants.remember(device)
      }
      return answer
    })

  return {
    /**
     * Ends all other sessions of the user. Throws `LatchkeyError`: the user can correct `wrong_password` and
     * `weak_password`, and must wait after `account_locked`; after a `network_error` or a 5xx either password may be valid.
     */
    async changePassword(change: Change): Promise<void> {
      const settled = await requests.signedIn(send(change)).then(
        answer => ({ answer, error: undefined }),
        (error: unknown) => ({ answer: undefined, error }),
      )
      if (settled.answer?.ok) return
      const isUnknown = settled.answer === undefined || settled.answer.status >= 500
      // Whether it took effect shows here: if it did, the old refresh token is refused, and the user signs in again.
      if (isUnknown) await refresh().catch(() => {})
      throw settled.answer === undefined ? settled.error : await errorOf(settled.answer)
    },
  }
}
