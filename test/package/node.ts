import type { IncomingMessage } from 'node:http'
import { type Caller, createVerifier, problemFor, type Verdict, type VerifierState } from '@latchkey/node'

const verifier = createVerifier({
  url: 'http://latchkey:3000',
  serviceKey: process.env['LATCHKEY_SERVICE_KEY'],
  revocation: 'token-lifetime',
  allowedOrigins: ['https://app.example.com'],
})
const state: VerifierState = verifier.state
const unsubscribe: () => void = verifier.on('state', (next: VerifierState) => void [next, state])
unsubscribe()

export async function userOf(request: Request | IncomingMessage | string): Promise<string> {
  const verdict: Verdict = await verifier.verify(request, { permission: 'view_orders', revocation: 'exact' })
  switch (verdict.kind) {
    case 'signed_in': {
      const caller: Caller = verdict
      return `${caller.userId} ${caller.permissions?.join() ?? ''}`
    }
    case 'refused':
      return `${verdict.status} ${verdict.headers['www-authenticate'] ?? verdict.requires ?? ''}`
    case 'unknown':
      return `${verdict.retryAfterSeconds} ${problemFor(verdict).body}`
  }
}

// @ts-expect-error: url is required
createVerifier({})
// @ts-expect-error: 'exact' or 'token-lifetime'
createVerifier({ url: '', revocation: 'always' })
// @ts-expect-error: a caller has its id only when it is signed in
verifier.verify('x').then(verdict => verdict.userId)
// @ts-expect-error: there is one event
verifier.on('states', () => undefined)
