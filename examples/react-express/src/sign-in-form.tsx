import { LatchkeyError } from '@latchkey/client'
import { type FormEvent, useState } from 'react'
import { latchkey } from './latchkey'

/** A form of your own; `<SignIn/>` of `@latchkey/react` is the finished component. */
export function SignInForm({ reason }: { reason: string | null }) {
  const [problem, setProblem] = useState(reason === null ? '' : `You were signed out (${reason}).`)

  async function signIn(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    try {
      await latchkey.signIn({ email: String(form.get('email')), password: String(form.get('password')) })
    } catch (error) {
      if (!(error instanceof LatchkeyError)) throw error
      setProblem(error.message)
    }
  }

  return (
    <form onSubmit={signIn}>
      <h1>Sign in</h1>
      {problem !== '' && <p role="alert">{problem}</p>}
      <label>
        Email <input name="email" type="email" autoComplete="username" required />
      </label>
      <label>
        Password <input name="password" type="password" autoComplete="current-password" required />
      </label>
      <button type="submit">Sign in</button>
    </form>
  )
}
