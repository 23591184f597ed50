import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { v7 as uuid } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { FeedLostError, type FeedPlace, type FeedReader } from '../../../src/session/revocation/feed.ts'
import { createFeedReader } from '../../../src/store/session/revocation/feed.ts'
import { query } from '../../support/database.ts'
import { freshDatabase } from '../../support/stores.ts'

const pageSize = 3
const windowSeconds = 60

let url: string
let reader: FeedReader

beforeAll(async () => {
  url = (await freshDatabase()).url
  reader = createFeedReader(url, { id: uuid(), place: null }, windowSeconds, pageSize)
})

beforeEach(async () => {
  await query(url, 'TRUNCATE revocations')
})

afterAll(async () => {
  await reader.close()
})

/** All pages of a read; what happens between two of them is for the caller to say. */
async function readAll(from: FeedPlace | null, between: () => Promise<unknown> = async () => undefined) {
  const pages: string[][] = []
  let page = await reader.read(from, null)
  pages.push(page.revocations.map(({ sessionId }) => sessionId))
  while (page.rest !== null) {
    await between()
    page = await reader.read(from, page.rest)
    pages.push(page.revocations.map(({ sessionId }) => sessionId))
  }
  return { pages, ids: pages.flat(), place: page.place }
}

async function revoke(...sessionIds: string[]): Promise<void> {
  await query(url, revocation, [sessionIds])
}

/** As the service does it: the row of a session that is revoked again moves to the transaction that repeats it. */
const revocation = `INSERT INTO revocations (session_id, reason, actor) SELECT id, 'user', 'test' FROM unnest($1::uuid[]) AS id
  ON CONFLICT (session_id) DO UPDATE SET xid = excluded.xid, created_at = excluded.created_at`

function ids(count: number): string[] {
  return Array.from({ length: count }, () => uuid())
}

describe('the feed', () => {
  it('brings a window of many revocations in pages of limited size, each revocation once', async () => {
    const revoked = ids(10)
    for (const id of revoked) await revoke(id)
    const { pages } = await readAll(null)
    expect(pages.map(({ length }) => length)).toEqual([3, 3, 3, 1])
    expect(pages.flat()).toEqual(revoked)
  })

  it('does so too for what one transaction has revoked since, and for what was running before', async () => {
    const early = new pg.Client({ connectionString: url })
    await early.connect()
    try {
      await early.query('BEGIN')
      const [first, second] = [ids(7), ids(8)]
      await early.query(revocation, [first])
      // One that began later has ended before, so that the place names the early one as running.
      await revoke(...ids(1))
      const { place } = await readAll(null)
      await early.query('COMMIT')
      await revoke(...second)
      const { pages } = await readAll(place)
      expect(pages.map(({ length }) => length)).toEqual([3, 3, 3, 3, 3, 0])
      expect(pages.flat().sort()).toEqual([...first, ...second].sort())
    } finally {
      await early.end()
    }
  })

  it('leaves what is older than the window alone', async () => {
    const [old = '', recent = ''] = ids(2)
    await revoke(old, recent)
    await query(
      url,
      `UPDATE revocations SET created_at = created_at - interval '61 seconds' WHERE session_id = $1`,
      [old],
    )
    expect((await readAll(null)).ids).toEqual([recent])
  })

  it('brings with the next read what is revoked again between two pages', async () => {
    const revoked = ids(9)
    for (const id of revoked) await revoke(id)
    const again = [revoked[0] ?? '', revoked[8] ?? '']
    let repeated = false
    const { place } = await readAll(null, async () => {
      if (!repeated) await revoke(...again)
      repeated = true
    })
    expect((await readAll(place)).ids.sort()).toEqual(again.sort())
  })

  it('is told between two pages who is alive, if that one is on the list', async () => {
    await query(url, 'TRUNCATE instances')
    expect(await reader.noteSeen()).toBe(false)
    await reader.register(true)
    await query(url, `UPDATE instances SET seen_at = seen_at - interval '1 minute'`)
    expect(await reader.noteSeen()).toBe(true)
    const lately = `SELECT FROM instances WHERE seen_at > clock_timestamp() - interval '30 seconds'`
    expect(await query(url, lately)).toHaveLength(1)
    await query(url, 'TRUNCATE instances')
  })

  it('does not go on with a page of another server', async () => {
    await revoke(...ids(4))
    const { rest } = await reader.read(null, null)
    if (rest === null) throw new Error('there should be another page')
    const elsewhere = { ...rest, place: { ...rest.place, timeline: '000000FF' } }
    await expect(reader.read(null, elsewhere)).rejects.toThrow(FeedLostError)
  })

  it('has brought all that a place shows, whatever commits, and in whatever order, while it reads in pages', async () => {
    const mostReads = 100
    const commits: { id: string; xid: string }[] = []
    let writing = true
    const writers = Array.from({ length: 8 }, async () => {
      const connection = new pg.Client({ connectionString: url })
      await connection.connect()
      for (let round = 0; round < 25; round++) {
        const revoked = ids(1 + (round % 5))
        await connection.query('BEGIN')
        const { rows } = await connection.query<{ xid: string }>('SELECT pg_current_xact_id()::text AS xid')
        await sleep(Math.random() * 10)
        await connection.query(revocation, [revoked])
        await sleep(Math.random() * 10)
        await connection.query('COMMIT')
        commits.push(...revoked.map(id => ({ id, xid: rows[0]?.xid ?? '' })))
      }
      await connection.end()
    })
    const written = Promise.all(writers).then(() => {
      writing = false
    })

    const known = new Set<string>()
    const places: { snapshot: string; known: Set<string> }[] = []
    let place: FeedPlace | null = null
    const readOn = async () => {
      const read = await readAll(place)
      place = read.place
      for (const id of read.ids) known.add(id)
      places.push({ snapshot: place.snapshot, known: new Set(known) })
    }
    // The more the machine is busy, the more is written between two reads; the work stays the same.
    while (writing && places.length < mostReads) await readOn()
    await written
    await readOn()

    expect(commits.length).toBeGreaterThan(500)
    expect(known.size).toBe(commits.length)
    const shown = await query<{ place: number; id: string }>(
      url,
      `SELECT place::int, id FROM unnest($1::text[], $2::text[]) AS c (id, xid),
         unnest($3::pg_snapshot[]) WITH ORDINALITY AS p (snapshot, place)
       WHERE pg_visible_in_snapshot(xid::xid8, snapshot)`,
      [commits.map(({ id }) => id), commits.map(({ xid }) => xid), places.map(({ snapshot }) => snapshot)],
    )
    expect(shown.filter(({ place, id }) => !places[place - 1]?.known.has(id))).toEqual([])
  })
})

it('who listens takes off the list who was in its place before, and not who came after', async () => {
  const listed = async () =>
    (await query<{ id: string }>(url, 'SELECT id FROM instances')).map(({ id }) => id)
  const [before = '', listening = '', after = '', elsewhere = ''] = ids(4)
  const join = async (id: string, place: string | null) => {
    const instance = createFeedReader(url, { id, place }, windowSeconds)
    joined.push(instance)
    await instance.register(true)
    return instance
  }
  const joined: FeedReader[] = []
  try {
    await join(before, 'here')
    await join(elsewhere, 'there')
    const successor = await join(listening, 'here')
    const { now } = await successor.read(null, null)
    await join(after, 'here')
    await successor.takeOver(now)
    expect((await listed()).sort()).toEqual([listening, after, elsewhere].sort())
  } finally {
    await query(url, 'TRUNCATE instances')
    await Promise.all(joined.map(instance => instance.close()))
  }
})
