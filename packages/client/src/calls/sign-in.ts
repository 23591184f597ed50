import type { AnswerTo, InputOf, User } from '../api.ts'
import { jsonIn } from '../error.ts'
import type { Parts } from '../parts.ts'

export type SignIn = { email: string; password: string; clientType?: string; deviceName?: string }

/** Registration and sign-in. All methods throw `LatchkeyError`. */
export function createSignIn({ session, grants, connection, turns, clientType }: Parts) {
  const { byCookie } = connection

  async function post<T>(path: string, body: unknown): Promise<T> {
    return await jsonIn(await connection.demand({ method: 'POST', path, body, isRepeatable: false }))
  }

  return {
    /** Requires open registration; does not sign in. */
    async register(account: InputOf<'POST /v1/auth/register'>['body']): Promise<User> {
      return (await post<AnswerTo<'POST /v1/auth/register'>>('/v1/auth/register', account)).user
    },

    /** Always starts a new session. For `account_locked`, `problem.unlock` says what the user can do. */
    async signIn(person: SignIn): Promise<User> {
      const { email } = person
      await session.load()
      return await turns(async () => {
        // With cookies the browser brings it along.
        const known = byCookie ? undefined : await grants.device(email)
        const transport = byCookie ? 'cookie' : 'bearer'
        const body = { clientType, transport, deviceToken: known, ...person }
        const answer = await post<AnswerTo<'POST /v1/auth/login'>>('/v1/auth/login', body)
        const device = 'deviceToken' in answer ? { email, deviceToken: answer.deviceToken } : {}
        await session.accept(answer, device)
        await grants.remember(device)
        return answer.user
      })
    },
  }
}
