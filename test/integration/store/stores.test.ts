import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { query } from '../../support/database.ts'
import { type FreshStore, freshDatabase, freshRedis } from '../../support/stores.ts'

describe('freshDatabase', () => {
  let one: FreshStore
  let other: FreshStore

  beforeAll(async () => {
    ;[one, other] = await Promise.all([freshDatabase(), freshDatabase()])
  })
  afterAll(async () => {
    await Promise.all([one.drop(), other.drop()])
  })

  it('has the schema and no rows', async () => {
    const sessions = await query<{ count: string }>(one.url, 'SELECT count(*) FROM user_sessions')
    expect(sessions).toEqual([{ count: '0' }])
  })

  it('does not see what is written to another one', async () => {
    await query(one.url, 'CREATE TABLE only_here (id integer)')
    const found = await query(other.url, `SELECT to_regclass('only_here') AS name`)
    expect(found).toEqual([{ name: null }])
  })

  it('is gone once dropped, also with connections open', async () => {
    const short = await freshDatabase()
    const open = query(short.url, 'SELECT pg_sleep(30)')
    const cutOff = expect(open).rejects.toThrow()
    await new Promise(resolve => setTimeout(resolve, 200))
    await short.drop()
    await cutOff
    await expect(query(short.url, 'SELECT 1')).rejects.toThrow('does not exist')
  })
})

describe('freshRedis', () => {
  let stores: FreshStore[]
  let clients: Redis[]

  beforeAll(async () => {
    stores = await Promise.all([freshRedis(), freshRedis(), freshRedis()])
    clients = stores.map(({ url }) => new Redis(url))
  })
  afterAll(async () => {
    for (const client of clients) client.disconnect()
    await Promise.all(stores.map(store => store.drop()))
  })

  it('is empty at the start', async () => {
    expect(await Promise.all(clients.map(client => client.dbsize()))).toEqual([0, 0, 0])
  })

  it('shares its keys with no other one', async () => {
    await clients[0]?.set('key', 'value')
    expect(await Promise.all(clients.map(client => client.exists('key')))).toEqual([1, 0, 0])
  })

  it('is never handed out twice at the same time', async () => {
    const more = await Promise.all(Array.from({ length: 3 }, freshRedis))
    const urls = [...stores, ...more].map(({ url }) => url)
    expect(new Set(urls).size).toBe(urls.length)
    await Promise.all(more.map(store => store.drop()))
  })
})
