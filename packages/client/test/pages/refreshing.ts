import { createLatchkeyClient, LatchkeyError, webStorage } from '../../src/index.ts'

/** A page that refreshes all the time, for a test that opens it in several tabs. */

const parameters = new URLSearchParams(location.search)
const transport = parameters.get('transport') === 'cookie' ? 'cookie' : 'bearer'

const latchkey = createLatchkeyClient(
  transport === 'cookie' ? { transport } : { transport, storage: webStorage(() => localStorage) },
)
const seen = { refreshes: 0, failures: [] as string[], signedOut: [] as string[], signedIn: 0, refreshed: 0 }
latchkey.on('signed-out', ({ reason }) => seen.signedOut.push(reason))
latchkey.on('signed-in', () => seen.signedIn++)
latchkey.on('refreshed', () => seen.refreshed++)
let isStopped = false

const page = {
  seen,
  state: () => latchkey.state.status,
  signIn: (email: string, password: string) => latchkey.signIn({ email, password }),
  restore: () => latchkey.restore(),
  email: async () => (await latchkey.session()).user.email,
  signOut: () => latchkey.signOut(),
  stop: () => {
    isStopped = true
  },
  /** One after the other, until it is stopped. */
  async refreshOn(): Promise<void> {
    while (!isStopped) {
      await latchkey.refresh().then(
        () => seen.refreshes++,
        (error: unknown) => seen.failures.push(error instanceof LatchkeyError ? error.code : String(error)),
      )
    }
  },
}

export type RefreshingPage = typeof page

Object.assign(globalThis, { page })
