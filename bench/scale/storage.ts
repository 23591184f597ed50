import { Redis } from 'ioredis'
import { connected, type Stores } from '../field/stores.ts'
import { fillSnapshots } from '../seed/snapshots.ts'
import type { Sample } from './fill.ts'

/** What the table of sessions takes on the disk, and what changes to it have left behind. */
export type TableState = {
  /** Without indexes. */
  tableBytes: number
  indexBytes: number
  deadRows: number
  updates: number
  /** Updates that touched no index. */
  hotUpdates: number
}

export async function tableState(url: string): Promise<TableState> {
  return await connected(url, async client => {
    // What other connections have counted reaches the statistics within a second.
    await new Promise(resolve => setTimeout(resolve, 1_500))
    const { rows } = await client.query<Record<keyof TableState, string>>(
      `SELECT pg_table_size(relid) AS "tableBytes", pg_indexes_size(relid) AS "indexBytes",
         n_dead_tup AS "deadRows", n_tup_upd AS updates, n_tup_hot_upd AS "hotUpdates"
       FROM pg_stat_user_tables WHERE relname = 'user_sessions'`,
    )
    const [row] = rows
    if (row === undefined) throw new Error('there is no table of sessions')
    return {
      tableBytes: Number(row.tableBytes),
      indexBytes: Number(row.indexBytes),
      deadRows: Number(row.deadRows),
      updates: Number(row.updates),
      hotUpdates: Number(row.hotUpdates),
    }
  })
}

/** Bytes of Redis' memory for a session that it has a snapshot of, its share of Redis' own tables included. */
export async function bytesPerSnapshot(stores: Stores, secret: string, sample: Sample): Promise<number> {
  const url = stores.redis()
  const redis = new Redis(url)
  try {
    const before = await usedMemory(redis)
    await fillSnapshots(url, secret, sample.verify)
    return ((await usedMemory(redis)) - before) / sample.verify.length
  } finally {
    await redis.flushdb()
    redis.disconnect()
  }
}

async function usedMemory(redis: Redis): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1])
}
