import Fastify from 'fastify'
import { listen, setting } from '../listen.ts'
import { verifySchema } from './verify-route.ts'

const id = '0193a5f0-0000-7000-8000-000000000002'
const everyAnswer = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cache-control': 'no-store',
  'x-request-id': id,
}
const yes = { ...everyAnswer, 'x-session-id': id, 'x-user-id': id, 'x-user-roles': '' }
const refusal = {
  ...everyAnswer,
  'content-type': 'application/problem+json',
  'www-authenticate': 'Bearer error="invalid_token"',
}
const problem = JSON.stringify({
  type: 'https://latchkey.dev/problems/access_token_invalid',
  title: 'The access token is not valid',
  status: 401,
  code: 'access_token_invalid',
  requestId: id,
})

/**
 * What the service's answers cost to send, whatever it takes to come to them: all of its headers, known beforehand. No
 * credential is looked at.
 */
const app = Fastify()

const answers = {
  yes: { headers: yes, status: 204, body: undefined },
  refusal: { headers: refusal, status: 401, body: problem },
}
const variant = setting('VARIANT')
if (variant !== 'yes' && variant !== 'refusal') throw new RangeError(`there is no answer ${variant}`)
const { headers, status, body } = answers[variant]

app.get('/v1/verify', { schema: { querystring: verifySchema.querystring } }, (_request, reply) => {
  reply
    .headers(headers)
    .code(status)
    .send(body === undefined ? undefined : Buffer.from(body))
})

await listen(app)
