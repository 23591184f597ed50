import http from 'node:http'
import pg from 'pg'
import { quantile, startInstance } from './one-instance.ts'

/**
 * Whether the time of a refusal tells anything: 500 sign-ins of each kind, one at a time. Each round has one of each
 * kind, in a random order, so that whatever else the machine does meets all kinds alike. Prints the medians; fails when
 * one is more than 5 % off the others.
 *
 *     npm run build && npx tsx bench/sign-in-timing.ts
 */
const eachKind = 500
/** Until the code is compiled, the pool is open, and there are refusals for those that are locked to go by. */
const warmUpRounds = 40
/** One more would lock. */
const attemptsAnAddress = 4
const tolerance = 0.05

const kinds = ['unknown', 'wrong', 'disabled', 'locked', 'locked-nobody'] as const
type Kind = (typeof kinds)[number]

const expected: Record<Kind, string> = {
  unknown: 'invalid_credentials',
  wrong: 'invalid_credentials',
  disabled: 'invalid_credentials',
  locked: 'account_locked',
  'locked-nobody': 'account_locked',
}

const addressOf = (kind: Kind, attempt: number) =>
  kind.startsWith('locked')
    ? `${kind}@example.test`
    : `${kind}-${Math.floor(attempt / attemptsAnAddress)}@example.test`

/** All with the one password of the first user; who is disabled is so by name. */
async function insertUsers(databaseUrl: string): Promise<void> {
  const database = new pg.Client({ connectionString: databaseUrl })
  await database.connect()
  await database.query(
    `INSERT INTO users (id, email, password_hash, disabled_at)
     SELECT gen_random_uuid(), kind || '-' || number || '@example.test', password_hash,
       CASE WHEN kind = 'disabled' THEN now() END
     FROM users, (VALUES ('wrong'), ('disabled')) AS kinds (kind), generate_series(0, $1) AS number`,
    [(warmUpRounds + eachKind) / attemptsAnAddress],
  )
  await database.end()
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })

function logIn(url: string, email: string): Promise<{ code: string; ms: number }> {
  const body = JSON.stringify({ email, password: 'not the password' })
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  const started = performance.now()
  return new Promise((resolve, reject) => {
    const request = http.request(`${url}/v1/auth/login`, { method: 'POST', agent, headers }, response => {
      let text = ''
      response.on('data', chunk => {
        text += chunk
      })
      response.on('end', () => {
        const ms = performance.now() - started
        resolve({ code: JSON.parse(text).code, ms })
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map(value => ({ value, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ value }) => value)
}

// All come from one address, and most to few accounts.
const unlimited = { max: 1_000_000, windowSeconds: 60 }
const instance = await startInstance({
  RATE_LIMITS: JSON.stringify({ login_account: unlimited, login_address: unlimited }),
})
const samples = new Map<Kind, number[]>(kinds.map(kind => [kind, []]))
try {
  const first = ['users', 'create', '--email', 'locked@example.test', '--password-stdin']
  instance.latchkey(first, 'walnut harbour bench')
  await insertUsers(instance.databaseUrl)
  for (const kind of ['locked', 'locked-nobody'] as const) {
    for (let attempt = 0; attempt < 5; attempt++) await logIn(instance.url, addressOf(kind, attempt))
  }
  for (let round = 0; round < warmUpRounds + eachKind; round++) {
    for (const kind of shuffled(kinds)) {
      const { code, ms } = await logIn(instance.url, addressOf(kind, round))
      if (code !== expected[kind]) throw new Error(`${kind} was answered ${code}`)
      if (round >= warmUpRounds) samples.get(kind)?.push(ms)
    }
  }
} finally {
  agent.destroy()
  await instance.stop()
}

const medians = kinds.map(kind => quantile(samples.get(kind) ?? [], 0.5))
for (const [index, kind] of kinds.entries()) {
  const [low, high] = [0.1, 0.9].map(share => quantile(samples.get(kind) ?? [], share).toFixed(2))
  console.log(`${kind.padEnd(14)} median ${medians[index]?.toFixed(2)} ms, 80 % within ${low} to ${high} ms`)
}
const spread = Math.max(...medians) / Math.min(...medians) - 1
console.log(`the medians are within ${(spread * 100).toFixed(1)} % of each other`)
if (spread > tolerance) process.exitCode = 1
