import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { listen, setting } from '../listen.ts'
import { refreshSchema, rotate } from './rotation.ts'
import { idOf } from './rows.ts'

/** The same with what a signed access token and a cached session take: one ES256 signature and one SET. */
const app = Fastify()
const redis = new Redis(setting('REDIS_URL'), { enableAutoPipelining: true })
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const header = encoded({ alg: 'ES256', typ: 'at+jwt', kid: randomUUID() })

app.post<{ Body: { refreshToken: string } }>(
  '/v1/auth/refresh',
  { schema: refreshSchema },
  async (request, reply) => {
    const rotated = await rotate(request.body.refreshToken)
    if (rotated === null) return await reply.code(401).send()
    const sessionId = idOf(rotated.refreshToken)
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: 'http://localhost:3000',
      aud: 'latchkey',
      sub: rotated.row.user_id,
      sid: sessionId,
      jti: randomUUID(),
      iat: now,
      exp: now + 900,
      auth_time: now,
      client_id: 'web',
    }
    await redis.set(`floor:${sessionId}`, JSON.stringify(claims), 'PX', 300_000)
    return { refreshToken: rotated.refreshToken, accessToken: jwt(claims) }
  },
)

function jwt(claims: object): string {
  const signed = `${header}.${encoded(claims)}`
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return `${signed}.${signature.toString('base64url')}`
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

await listen(app)
