import { createVerifier } from '@latchkey/node'
import { createLatchkey } from '@latchkey/node/next'

const { LATCHKEY_URL = 'http://127.0.0.1:3000', LATCHKEY_ISSUER, LATCHKEY_SERVICE_KEY } = process.env

const verifier = createVerifier({
  // Where this server reaches Latchkey, and Latchkey's public URL where that is another one (its setting ISSUER).
  url: LATCHKEY_URL,
  issuer: LATCHKEY_ISSUER,
  // With the scope `verify`: Latchkey does not limit how often this server asks.
  serviceKey: LATCHKEY_SERVICE_KEY,
  // `npm run dev` runs Latchkey over plain HTTP, where its cookies have other names. See .env.development.
  insecureCookies: process.env['LATCHKEY_INSECURE_COOKIES'] === 'true',
})

export const { getSession, withSession, middleware } = createLatchkey({ verifier, signInPath: '/sign-in' })
