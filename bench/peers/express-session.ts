import { RedisStore } from 'connect-redis'
import express from 'express'
import session from 'express-session'
import { createClient } from 'redis'
import { setting } from '../listen.ts'

declare module 'express-session' {
  interface SessionData {
    userId?: string
  }
}

/** express-session with connect-redis, behind a proxy that ends TLS. */
const client = createClient({ url: setting('REDIS_URL') })
await client.connect()

const app = express()
app.set('trust proxy', 1)
app.disable('x-powered-by')
app.use(
  session({
    secret: setting('SECRET'),
    store: new RedisStore({ client, prefix: 'express-session:' }),
    resave: false,
    saveUninitialized: false,
    cookie: { secure: true, maxAge: 7 * 24 * 60 * 60 * 1000 },
  }),
)

app.get('/v1/verify', (request, response) => {
  const { userId } = request.session
  if (userId === undefined) response.status(401).end()
  else response.json({ userId })
})

app.post('/sign-in', (request, response, next) => {
  request.session.regenerate(error => {
    if (error) return next(error)
    request.session.userId = crypto.randomUUID()
    response.json({ userId: request.session.userId })
  })
})

app.listen(Number(setting('PORT')), '127.0.0.1')
process.on('SIGTERM', () => process.exit(0))
