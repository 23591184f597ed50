import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { v7 as uuid } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { SessionStore } from '../../../src/session/ports.ts'
import type { Rotation } from '../../../src/session/session.ts'
import { sha256 } from '../../../src/session/token/secrets.ts'
import { createDatabase, type Database } from '../../../src/store/postgres/database.ts'
import { createSessionStore } from '../../../src/store/session/store.ts'
import { countStoreCalls } from '../../support/counted.ts'
import { query } from '../../support/database.ts'
import { freshDatabase } from '../../support/stores.ts'

let url: string
let database: Database
let store: SessionStore
let userId: string
let sessions: string[]

const first = sha256('the first refresh token')

beforeAll(async () => {
  url = (await freshDatabase()).url
  // Instants travel as text: a server whose time zone is not ours must read them all the same.
  await query(url, `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET timezone TO 'Asia/Kolkata'`, [])
  database = createDatabase(url)
  store = createSessionStore(database)
})
afterAll(() => database.close())

beforeEach(async () => {
  userId = uuid()
  await query(url, 'INSERT INTO users (id, email, roles) VALUES ($1, $2, $3)', [
    userId,
    `${userId}@a.test`,
    [],
  ])
  sessions = await Promise.all([0, 1, 2].map(insertSession))
})

async function insertSession(): Promise<string> {
  const id = uuid()
  await store.transaction(tx =>
    tx.insertSession(
      {
        id,
        userId,
        clientType: 'web',
        authMethod: 'password',
        deviceName: null,
        device: { type: 'unknown', os: null, browser: null },
        origin: { ipAddress: null, userAgent: null },
        accessTokenHash: sha256('the first access token'),
        refreshTokenHash: first,
        familyHash: sha256('family'),
        refreshLifetimeSeconds: 3_600,
        absoluteLifetimeSeconds: 86_400,
      },
      [],
    ),
  )
  return id
}

/** Each is another one, as two instances would make for the same token. */
function rotationOf(sessionId: string, changes: Partial<Rotation> = {}): Rotation {
  return {
    sessionId,
    expected: { refreshTokenHash: first, rotation: 0 },
    rotation: 1,
    accessTokenHash: randomBytes(32),
    refreshTokenHash: randomBytes(32),
    previousRefreshTokenHash: first,
    successorSealed: randomBytes(900),
    refreshExpiresAt: Date.now() + 3_600_000,
    countsAsActivity: true,
    ...changes,
  }
}

/** What a rotation comes to whose row is locked by a statement of somebody else, until `meanwhile` is over. */
async function heldUp(
  statement: string,
  sessionId: string,
  meanwhile: (isWaiting: () => boolean) => Promise<void>,
): Promise<number | null> {
  const holder = new pg.Client({ connectionString: url })
  await holder.connect()
  try {
    await holder.query('BEGIN')
    await holder.query(statement, [sessionId])
    let waiting = true
    const held = store.rotate(rotationOf(sessionId)).finally(() => {
      waiting = false
    })
    await meanwhile(() => waiting)
    await holder.query('COMMIT')
    return await held
  } finally {
    await holder.end()
  }
}

const isDone = (rotatedAt: number | null) => rotatedAt !== null

describe('rotations of one moment', () => {
  it('are one statement, and change each row as a rotation of its own would', async () => {
    const changes = sessions.map((id, index) =>
      rotationOf(id, {
        rotation: 1 + index,
        refreshExpiresAt: Date.now() + 3_600_000 * (1 + index),
        countsAsActivity: index !== 1,
      }),
    )
    const before = await Promise.all(sessions.map(store.find))
    const { result, sql } = await countStoreCalls(() => Promise.all(changes.map(store.rotate)))
    expect(sql).toHaveLength(1)
    for (const [index, change] of changes.entries()) {
      const state = await store.find(change.sessionId)
      const { expected, refreshExpiresAt, countsAsActivity, sessionId, ...written } = change
      expect(state).toMatchObject({
        ...written,
        previousAccessTokenHash: sha256('the first access token'),
        familyHash: sha256('family'),
        rotatedAt: result[index],
      })
      expect(state?.refreshExpiresAt).toBeCloseTo(refreshExpiresAt, 0)
      const lastActivityBefore = before[index]?.lastActivityAt ?? Number.NaN
      if (countsAsActivity) expect(state?.lastActivityAt).toBeGreaterThan(lastActivityBefore)
      else expect(state?.lastActivityAt).toBe(lastActivityBefore)
    }
  })

  it('are several statements when there are many, and each session is rotated once', async () => {
    const many = await Promise.all(Array.from({ length: 40 }, insertSession))
    const [contested = ''] = many
    const changes = [...many, contested].map(id => rotationOf(id))
    const { result, sql } = await countStoreCalls(() => Promise.all(changes.map(store.rotate)))
    // Sixteen, sixteen and nine; and one by itself, for the second of the contested session.
    expect(sql).toHaveLength(4)
    expect(result.slice(1, 40).every(isDone)).toBe(true)
    const [before = null, after = null] = [result[0], result[40]]
    expect([before, after].filter(isDone)).toHaveLength(1)
    const winner = changes[isDone(before) ? 0 : 40]
    expect((await store.find(contested))?.refreshTokenHash).toEqual(winner?.refreshTokenHash)
  })

  it('leave out the session that is no longer as expected, or revoked', async () => {
    const [superseded = '', revoked = '', untouched = ''] = sessions
    await store.rotate(rotationOf(superseded))
    await query(url, `UPDATE user_sessions SET revoked_at = now(), revoked_reason = 'user' WHERE id = $1`, [
      revoked,
    ])
    const results = await Promise.all(sessions.map(id => store.rotate(rotationOf(id))))
    expect(results.map(isDone)).toEqual([false, false, true])
    expect((await store.find(untouched))?.rotation).toBe(1)
  })

  it('are won by one, when two are of the same session', async () => {
    const [contested = ''] = sessions
    const changes = [
      rotationOf(contested),
      rotationOf(contested),
      ...sessions.slice(1).map(id => rotationOf(id)),
    ]
    const results = await Promise.all(changes.map(store.rotate))
    expect(results.slice(0, 2).filter(isDone)).toHaveLength(1)
    expect(results.slice(2).map(isDone)).toEqual([true, true])
    const winner = changes[results.findIndex(isDone)]
    expect((await store.find(contested))?.refreshTokenHash).toEqual(winner?.refreshTokenHash)
  })

  it('do not wait for the session whose row somebody else has locked; that one waits by itself', async () => {
    const [locked = '', ...free] = sessions
    const lock = 'SELECT FROM user_sessions WHERE id = $1 FOR UPDATE'
    const held = await heldUp(lock, locked, async isWaiting => {
      const others = await Promise.all(free.map(id => store.rotate(rotationOf(id))))
      expect(others.map(isDone)).toEqual([true, true])
      expect(isWaiting()).toBe(true)
    })
    expect(isDone(held)).toBe(true)
  })

  it('lose to whoever changes the row before the lock is given up', async () => {
    const [locked = '', ...free] = sessions
    const revoke = `UPDATE user_sessions SET revoked_at = clock_timestamp(), revoked_reason = 'user' WHERE id = $1`
    const held = await heldUp(revoke, locked, async () => {
      await Promise.all(free.map(id => store.rotate(rotationOf(id))))
    })
    expect(isDone(held)).toBe(false)
  })

  it('have one winner for each session and generation, also when two instances race for them', async () => {
    const otherDatabase = createDatabase(url)
    const other = createSessionStore(otherDatabase)
    try {
      let current = sessions.map(() => first)
      for (let generation = 0; generation < 100; generation++) {
        const attempts = [store, other].map(instance =>
          sessions.map((id, index) => {
            const change = rotationOf(id, {
              expected: { refreshTokenHash: current[index] ?? first, rotation: generation },
              rotation: generation + 1,
            })
            return instance.rotate(change).then(at => (at === null ? [] : [change.refreshTokenHash]))
          }),
        )
        const [ours = [], theirs = []] = await Promise.all(attempts.map(each => Promise.all(each)))
        const winners = sessions.map((_id, index) => [...(ours[index] ?? []), ...(theirs[index] ?? [])])
        expect(winners.map(hashes => hashes.length)).toEqual([1, 1, 1])
        current = winners.flat()
        const states = await Promise.all(sessions.map(store.find))
        expect(states.map(state => state?.refreshTokenHash)).toEqual(current)
      }
    } finally {
      await otherDatabase.close()
    }
  })
})
