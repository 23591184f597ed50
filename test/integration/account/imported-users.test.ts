import { randomUUID } from 'node:crypto'
import { hash as argon2 } from '@node-rs/argon2'
import { Piscina } from 'piscina'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { readImportedHash } from '../../../src/account/hashing/imported/read.ts'
import type { Recipe } from '../../../src/account/hashing/imported/recipe.ts'
import { readStored, wrap } from '../../../src/account/hashing/imported/stored.ts'
import { todaysPrefix } from '../../../src/account/hashing/parameters.ts'
import { byCli } from '../../../src/cli/actor.ts'
import { Problem } from '../../../src/errors.ts'
import { query } from '../../support/database.ts'
import { createUser, goodPassword, type Instance, startInstance } from '../../support/service.ts'
import { freshDatabase } from '../../support/stores.ts'

// The real thing, with a note of what it was asked for.
const hashing = vi.spyOn(Piscina.prototype, 'run')
const stepsSince = (before: number) => hashing.mock.calls.slice(before).map(([, options]) => options?.name)

const wrong = 'not the password'
/** Ten times what a hash of today takes. */
const heavy = await argon2(goodPassword, { memoryCost: 131_072, timeCost: 2, parallelism: 1 })

let databaseUrl: string
let instance: Instance

beforeAll(async () => {
  databaseUrl = (await freshDatabase()).url
  instance = await startInstance({ DATABASE_URL: databaseUrl })
  for (let at = 0; at < 20; at++) await importOne(`heavy-${at}@example.test`)
  await instance.services.accounts.followImports()
})
afterAll(() => instance.close())

async function importOne(email: string): Promise<void> {
  const reading = readImportedHash(heavy)
  if (reading.kind !== 'hash') throw new Error(reading.kind)
  const { accounts } = instance.services
  const prepared = await accounts.prepareImport({ email, hash: reading.hash, roles: [] })
  if (prepared !== null) await accounts.importUser(prepared, byCli)
}

/** Without the deadline of a request, which a busy machine may need longer than. */
async function logIn(email: string, password = wrong): Promise<{ kind: string; ms: number }> {
  const startedAt = performance.now()
  const origin = { ipAddress: '127.0.0.1', userAgent: null }
  const request = { email, password, clientType: 'web', deviceName: null, deviceToken: null, origin }
  const kind = await instance.services.signIn(request).then(
    outcome => outcome.kind,
    error => (error instanceof Problem ? error.code : Promise.reject(error)),
  )
  return { kind, ms: performance.now() - startedAt }
}

const nobody = () => `nobody-${randomUUID()}@example.test`
const newUser = async () => {
  const email = `todays-${randomUUID()}@example.test`
  return { email, id: await createUser(instance.services, email) }
}

async function failuresOf(email: string): Promise<number> {
  const [row] = await query<{ failures: number }>(
    databaseUrl,
    `SELECT coalesce(sum(failures), 0)::int AS failures FROM login_throttles
     WHERE user_id = (SELECT id FROM users WHERE email = $1)`,
    [email],
  )
  return row?.failures ?? 0
}

describe('a refused sign-in, while there are imported users', { timeout: 600_000 }, () => {
  it('takes an unknown address, a wrong password and a disabled user as long as an imported user', async () => {
    const [someone, disabled] = [await newUser(), await newUser()]
    await instance.services.accounts.disable(disabled.id, byCli)
    const asImported = new Map<string, number[]>()
    for (let round = 0; round < 3; round++) {
      for (const [who, email, password] of [
        ['imported', 'heavy-0@example.test', wrong],
        ['unknown', nobody(), wrong],
        ['wrong password', someone.email, wrong],
        ['disabled', disabled.email, goodPassword],
      ] as const) {
        const { kind, ms } = await logIn(email, password)
        expect([who, kind]).toEqual([who, 'invalid_credentials'])
        asImported.set(who, [...(asImported.get(who) ?? []), ms])
      }
    }
    // Other work on the machine only adds to a time, and a hash of today takes a tenth of an imported one.
    const { imported = [], ...others } = Object.fromEntries(asImported)
    for (const [who, times] of Object.entries(others)) {
      expect([who, Math.max(...times) > Math.min(...imported) / 2]).toEqual([who, true])
    }
  })

  it('costs an unknown address one hash of today, and nothing of the imported ones', async () => {
    await logIn('heavy-1@example.test')
    const before = hashing.mock.calls.length
    await logIn(nobody())
    expect(stepsSince(before)).toEqual(['verify'])
    const atImported = hashing.mock.calls.length
    await logIn('heavy-1@example.test')
    expect(stepsSince(atImported)).toEqual(['digest', 'verify'])
  })

  it('does not keep those waiting who have a hash of today', async () => {
    const owner = await newUser()
    let guessed = 0
    const guesses = Array.from({ length: 6 }, async (_, at) => {
      await logIn(`heavy-${at + 2}@example.test`)
      guessed++
    })
    expect((await logIn(owner.email, goodPassword)).kind).toBe('signed_in')
    expect(guessed).toBeLessThan(6)
    await Promise.all(guesses)
  })

  it('is told to come again, and counted, for every address alike when the imported ones take too long', async () => {
    const [owner, mistaken] = [await newUser(), await newUser()]
    const slow = { ...recipeOf(heavy), passes: 40 }
    const [row] = await query<{ password_hash: string }>(
      databaseUrl,
      `SELECT password_hash FROM users WHERE email = 'heavy-9@example.test'`,
    )
    const { phc } = wrappedIn(row?.password_hash ?? '')
    await query(databaseUrl, `UPDATE users SET password_hash = $1 WHERE email = 'heavy-9@example.test'`, [
      wrap(slow, phc),
    ])
    const before = hashing.mock.calls.length
    const guess = logIn('heavy-9@example.test')
    await vi.waitFor(() => expect(stepsSince(before)).toContain('digest'), { timeout: 120_000 })
    const refused = [nobody(), mistaken.email, 'heavy-10@example.test'].map(email => logIn(email))
    expect((await logIn(owner.email, goodPassword)).kind).toBe('signed_in')
    expect((await Promise.all(refused)).map(({ kind }) => kind)).toEqual(Array(3).fill('overloaded'))
    expect(await failuresOf('heavy-10@example.test')).toBe(1)
    expect((await guess).kind).toBe('invalid_credentials')
  })

  it('is as quick as ever once no user has such a hash', async () => {
    await query(databaseUrl, `UPDATE users SET password_hash = NULL WHERE password_hash LIKE '$wrapped$%'`)
    await instance.services.accounts.followImports()
    const before = hashing.mock.calls.length
    await logIn(nobody())
    expect(stepsSince(before)).toEqual(['verify'])
  })
})

function recipeOf(text: string): Extract<Recipe, { passes: number }> {
  const reading = readImportedHash(text)
  if (reading.kind !== 'hash' || !('passes' in reading.hash.recipe)) throw new Error(reading.kind)
  return reading.hash.recipe
}

function wrappedIn(text: string) {
  const stored = readStored(text)
  if (stored.kind !== 'wrapped') throw new Error(stored.kind)
  return stored
}

describe('the imported hashes that users have', () => {
  it('are found by an index, which holds all that are not of today’s parameters', async () => {
    const [row] = await query<{ indexdef: string }>(
      databaseUrl,
      `SELECT indexdef FROM pg_indexes WHERE indexname = 'users_by_imported_hash'`,
    )
    expect(row?.indexdef).toContain(`'${todaysPrefix}%'`)
    const email = `bare-${randomUUID()}@example.test`
    await createUser(instance.services, email)
    await query(
      databaseUrl,
      `UPDATE users SET password_hash = '$2b$04$' || repeat('a', 53) WHERE email = $1`,
      [email],
    )
    const before = hashing.mock.calls.length
    await instance.services.accounts.followImports()
    expect(stepsSince(before)).toEqual(['digest', 'digest', 'digest'])
    // What is known already is not measured again.
    await instance.services.accounts.followImports()
    expect(stepsSince(before)).toHaveLength(3)
  })
})
