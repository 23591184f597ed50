import { pbkdf2Sync, scryptSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import bcrypt from 'bcryptjs'
import pg from 'pg'
import { type BenchedInstance, quantile, startInstance } from './one-instance.ts'

/**
 * Whether the time of a refusal tells anything: 500 sign-ins of each kind, one at a time. Each round has one of each
 * kind, in a random order, so that whatever else the machine does meets all kinds alike. Prints the medians; fails when
 * one is more than 5 % off the others. With `--imported` there are users with hashes of other systems too: 100 of each
 * kind, and then an owner with a hash of today signs in while imported users are guessed at.
 *
 *     npm run build && npx tsx bench/sign-in-timing.ts [--imported] [--rounds 20]
 */
const { values: options } = parseArgs({
  options: { imported: { type: 'boolean', default: false }, rounds: { type: 'string' } },
})
const eachKind = Number(options.rounds ?? (options.imported ? 100 : 500))
/** Until the code is compiled, the pool is open, and there are refusals for those that are locked to go by. */
const warmUpRounds = options.imported ? 4 : 40
/** One more would lock. */
const attemptsAnAddress = 4
const tolerance = 0.05

const imported = {
  bcrypt: () => bcrypt.hash(password, 12),
  pbkdf2: async () => {
    const digest = pbkdf2Sync(password, 'a salt of django', 600_000, 32, 'sha256')
    return `pbkdf2_sha256$600000$a salt of django$${digest.toString('base64')}`
  },
  scrypt: async () => {
    const [salt, cost] = ['a salt of django', { N: 2 ** 14, r: 8, p: 5, maxmem: 2 ** 27 }]
    return `scrypt$16384$${salt}$8$5$${scryptSync(password, salt, 64, cost).toString('base64')}`
  },
} as const
const password = 'walnut harbour bench'
const allKinds = [
  'unknown',
  'wrong',
  'disabled',
  'locked',
  'locked-nobody',
  'bcrypt',
  'pbkdf2',
  'scrypt',
] as const
type Kind = (typeof allKinds)[number]
const kinds: readonly Kind[] = allKinds.filter(kind => options.imported || !(kind in imported))

const expected: Record<Kind, string> = {
  unknown: 'invalid_credentials',
  wrong: 'invalid_credentials',
  disabled: 'invalid_credentials',
  locked: 'account_locked',
  'locked-nobody': 'account_locked',
  bcrypt: 'invalid_credentials',
  pbkdf2: 'invalid_credentials',
  scrypt: 'invalid_credentials',
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

/** As many users of other systems, with copies of one hash of each. */
async function importUsers({ databaseUrl, latchkey }: BenchedInstance): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-timing-'))
  const file = join(folder, 'users.jsonl')
  const lines = await Promise.all(
    Object.entries(imported).map(async ([kind, make]) =>
      JSON.stringify({ email: `${kind}-0@example.test`, passwordHash: await make() }),
    ),
  )
  await writeFile(file, lines.join('\n'))
  latchkey(['users', 'import', file])
  await rm(folder, { recursive: true })
  const database = new pg.Client({ connectionString: databaseUrl })
  await database.connect()
  await database.query(
    `INSERT INTO users (id, email, password_hash)
     SELECT gen_random_uuid(), replace(email, '-0@', '-' || number || '@'), password_hash
     FROM users, generate_series(1, $1) AS number WHERE password_hash LIKE '$wrapped$%'`,
    [(warmUpRounds + eachKind) / attemptsAnAddress + ownSignIns],
  )
  await database.end()
}

const ownSignIns = 40

/** Milliseconds of an owner's sign-ins, alone and while there are always `guesses` at imported users under way. */
async function timeOwner(url: string, guesses: number): Promise<number[]> {
  let isOver = false
  let guessed = 0
  const guessing = Array.from({ length: guesses }, async () => {
    const own = new http.Agent({ keepAlive: true })
    while (!isOver) await logIn(url, `bcrypt-${guessed++ % ownSignIns}@example.test`, 'a guess', own)
    own.destroy()
  })
  const times: number[] = []
  for (let at = 0; at < ownSignIns; at++) {
    times.push((await logIn(url, 'owner@example.test', password)).ms)
  }
  isOver = true
  await Promise.all(guessing)
  return times
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })

function logIn(
  url: string,
  email: string,
  given = 'not the password',
  by = agent,
): Promise<{ code: string; ms: number }> {
  const body = JSON.stringify({ email, password: given })
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  const started = performance.now()
  return new Promise((resolve, reject) => {
    const request = http.request(`${url}/v1/auth/login`, { method: 'POST', agent: by, headers }, response => {
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
  instance.latchkey(first, password)
  await insertUsers(instance.databaseUrl)
  instance.latchkey(['users', 'create', '--email', 'owner@example.test', '--password-stdin'], password)
  if (options.imported) {
    await importUsers(instance)
    // Instances read once a minute which hashes there are; a sign-in tells this one at once.
    for (const kind of Object.keys(imported)) await logIn(instance.url, `${kind}-1@example.test`)
  }
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
  if (options.imported) {
    for (const guesses of [0, 1, 8]) {
      const times = await timeOwner(instance.url, guesses)
      const [median, late] = [0.5, 0.95].map(share => quantile(times, share).toFixed(1))
      console.log(`owner beside ${guesses} guesses at imported users: median ${median} ms, p95 ${late} ms`)
    }
  }
} finally {
  agent.destroy()
  await instance.stop()
}

const medians = kinds.map(kind => quantile(samples.get(kind) ?? [], 0.5))
for (const [index, kind] of kinds.entries()) {
  const [low, high, late] = [0.1, 0.9, 0.95].map(share => quantile(samples.get(kind) ?? [], share).toFixed(2))
  console.log(
    `${kind.padEnd(14)} median ${medians[index]?.toFixed(2)} ms, 80 % within ${low} to ${high} ms, p95 ${late} ms`,
  )
}
const spread = Math.max(...medians) / Math.min(...medians) - 1
console.log(`the medians are within ${(spread * 100).toFixed(1)} % of each other`)
if (spread > tolerance) process.exitCode = 1
