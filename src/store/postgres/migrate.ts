import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator'
import pg from 'pg'
import type { Database } from './database.ts'

const migrationsFolder = fileURLToPath(new URL('../../../migrations', import.meta.url))
const migrationsTable = { schema: 'drizzle', table: '__drizzle_migrations' }
/** Any number, the same in every instance: who holds it migrates. */
const advisoryLock = 7_165_001

/**
 * Applies what is missing and returns how many migrations that was. Safe from several instances at once: they take
 * turns on a lock that ends with its transaction, so it also works through a pooler.
 */
export async function migrate(databaseUrl: string): Promise<number> {
  const turn = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 })
  const work = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 })
  try {
    await turn.connect()
    await turn.query('BEGIN')
    await turn.query('SELECT pg_advisory_xact_lock($1)', [advisoryLock])
    await work.connect()
    const before = await appliedBy(work)
    await applyMigrations(drizzle(work), {
      migrationsFolder,
      migrationsSchema: migrationsTable.schema,
      migrationsTable: migrationsTable.table,
    })
    return (await appliedBy(work)) - before
  } finally {
    await work.end()
    await turn.end()
  }
}

async function appliedBy(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ present: boolean }>('SELECT to_regclass($1) IS NOT NULL AS present', [
    `${migrationsTable.schema}.${migrationsTable.table}`,
  ])
  if (!rows[0]?.present) return 0
  const counted = await client.query<{ count: string }>(
    `SELECT count(*) AS count FROM ${migrationsTable.schema}.${migrationsTable.table}`,
  )
  return Number(counted.rows[0]?.count ?? 0)
}

/** How many migrations the database still lacks. */
export async function missingMigrations(database: Database): Promise<number> {
  const known = readMigrationFiles({ migrationsFolder }).length
  return await database.run(async executor => {
    const name = `${migrationsTable.schema}.${migrationsTable.table}`
    const present = await executor.execute(sql`SELECT to_regclass(${name}) IS NOT NULL AS present`)
    if (present.rows[0]?.['present'] !== true) return known
    const counted = await executor.execute(
      sql`SELECT count(*)::int AS count FROM ${sql.identifier(migrationsTable.schema)}.${sql.identifier(migrationsTable.table)}`,
    )
    return known - Number(counted.rows[0]?.['count'] ?? 0)
  })
}
