import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { Problem } from '../../errors.ts'
import { causeOf, isUnavailable, StandbyError, unavailable } from './failure.ts'
import { forgetStatementNames, type Pooler } from './pooler.ts'

/** What statements run on: the pool, or one connection inside a transaction. */
export type Executor = NodePgDatabase

export type Database = {
  /** Runs statements outside of a transaction. Throws `store_unavailable` or `overloaded`, or what Postgres said. */
  run<T>(work: (executor: Executor) => Promise<T>): Promise<T>
  /** Runs statements in a transaction; commits unless `work` throws. When it throws `store_unavailable` the outcome
   * is unknown: the commit may have arrived. */
  transaction<T>(work: (executor: Executor) => Promise<T>): Promise<T>
  /** Runs statements on one connection, without a transaction; `work` begins when there is one. Throws likewise. */
  connected<T>(work: (executor: Executor) => Promise<T>): Promise<T>
  /** Opens all connections of the pool; what cannot be had now is had when it is needed. */
  warmUp(): Promise<void>
  /** How the pool is doing: its connections, and who waits for one. */
  pool(): { total: number; idle: number; waiting: number }
  /** On the pool; for prepared statements, to be executed within `run`. */
  pooled: Executor
  close(): Promise<void>
}

/** Milliseconds. Together they keep a request under two seconds, whatever Postgres does. */
const timeouts = {
  /** Waiting for a connection, a new one included. */
  acquire: 1_000,
  /** Client side: the only one that notices a server that is frozen or cut off. */
  query: 900,
  /** Server side, a little sooner, so that an overloaded server says so itself. */
  statement: 800,
  lock: 600,
  /** An open transaction whose client has gone must not hold its locks. */
  idleInTransaction: 2_000,
}

/** Past this many requests waiting for a connection, one more is told at once to come back later. */
const maxWaiting = 1_000

/** Of each connection. A pooler refuses such parameters at the start of one, or ignores them. */
const sessionTimeouts = {
  statement_timeout: timeouts.statement,
  lock_timeout: timeouts.lock,
  idle_in_transaction_session_timeout: timeouts.idleInTransaction,
}

const begin = {
  none: 'BEGIN',
  transaction: [
    'BEGIN',
    ...Object.entries(sessionTimeouts).map(([name, milliseconds]) => `SET LOCAL ${name} = ${milliseconds}`),
  ].join('; '),
}

export function createDatabase(url: string, poolSize = 10, pooler: Pooler = 'none'): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    // A burst must not pay for making connections: those that were made stay.
    min: poolSize,
    connectionTimeoutMillis: timeouts.acquire,
    query_timeout: timeouts.query,
    ...(pooler === 'none' ? sessionTimeouts : {}),
    keepAlive: true,
    // Statements that do not depend on each other are sent together, and cost one round trip.
    pipeline: true,
    application_name: 'latchkey',
    onConnect: refuseStandby,
  })
  // A connection that breaks is removed by the pool, and whoever has it fails; without a listener the process would end.
  pool.on('error', () => undefined)
  pool.on('connect', client => {
    client.on('error', () => undefined)
    if (pooler === 'transaction') forgetStatementNames(client)
  })
  const pooled = drizzle(pool)
  /** One for each connection, so that what is prepared on it is prepared once. */
  const executors = new WeakMap<pg.PoolClient, Executor>()

  function executorOn(client: pg.PoolClient): Executor {
    const executor = executors.get(client) ?? drizzle(client)
    executors.set(client, executor)
    return executor
  }

  async function attempt<T>(work: () => Promise<T>): Promise<T> {
    admitToDatabase(pool.waitingCount)
    try {
      return await work()
    } catch (error) {
      const cause = causeOf(error)
      if (!(cause instanceof Error) || !isUnavailable(cause)) throw cause
      throw unavailable(cause)
    }
  }

  return {
    pooled,
    run: work => attempt(() => work(pooled)),
    transaction: work =>
      attempt(() => inTransaction(pool, begin[pooler], client => work(executorOn(client)))),
    connected: work => attempt(() => onConnection(pool, client => work(executorOn(client)))),
    async warmUp() {
      const opened = await Promise.allSettled(Array.from({ length: poolSize }, () => pool.connect()))
      for (const connection of opened) if (connection.status === 'fulfilled') connection.value.release()
    },
    pool: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    close: () => pool.end(),
  }
}

/** A connection on which something has failed is not used again, as the pool has it for single statements. */
async function onConnection<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let failed = true
  try {
    const result = await work(client)
    failed = false
    return result
  } finally {
    client.release(failed)
  }
}

/** Throws `overloaded` when so many wait already, be it for a connection or for a statement that they share. */
export function admitToDatabase(waiting: number): void {
  if (waiting < maxWaiting) return
  throw new Problem('overloaded', {
    detail: 'Too many requests are waiting for the database; nothing was changed.',
    retryAfterSeconds: 1,
  })
}

async function inTransaction<T>(
  pool: pg.Pool,
  begin: string,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  let broken = false
  try {
    // It travels with the first statement of the work. Should it fail alone, none may follow outside of a transaction.
    const begun = client.query(begin)
    begun.catch(() => client.connection.stream.destroy())
    const result = await work(client)
    await begun
    await client.query('COMMIT')
    return result
  } catch (error) {
    broken = !(await rolledBack(client, causeOf(error)))
    throw error
  } finally {
    client.release(broken)
  }
}

/** False: the connection is no good any more. After a timeout it still carries the statement: never reuse it. */
async function rolledBack(client: pg.PoolClient, cause: unknown): Promise<boolean> {
  if (cause instanceof Error && isUnavailable(cause) && !(cause instanceof pg.DatabaseError)) return false
  return await client.query('ROLLBACK').then(
    () => true,
    () => false,
  )
}

/** Only what the primary says counts: a standby can lag, and cannot write. */
async function refuseStandby(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby')
  if (rows[0]?.standby !== false) throw new StandbyError()
}
