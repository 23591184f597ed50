import pg from 'pg'

/** Plain SQL against a test's database, for arranging and for looking. */
export async function query<Row extends pg.QueryResultRow>(
  url: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const connection = new pg.Client({ connectionString: url })
  await connection.connect()
  try {
    return (await connection.query<Row>(sql, [...values])).rows
  } finally {
    await connection.end()
  }
}

export type SteppableClock = { step(seconds: number): Promise<void>; close(): Promise<void> }

/**
 * Gives a database a clock that can be moved. Every statement of ours asks for the time by unqualified names; here
 * they find functions of their own that add what `step` has added. Connections opened from now on see it. It keeps one
 * of its own, since some tests step thousands of times, until it is closed.
 */
export async function steppableClock(url: string): Promise<SteppableClock> {
  const database = new URL(url).pathname.slice(1)
  await query(
    url,
    `CREATE SCHEMA stepped;
     CREATE TABLE stepped.step (seconds double precision NOT NULL);
     INSERT INTO stepped.step VALUES (0);
     CREATE FUNCTION stepped.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS
       'SELECT pg_catalog.clock_timestamp() + make_interval(secs => seconds) FROM stepped.step';
     CREATE FUNCTION stepped.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE AS
       'SELECT pg_catalog.statement_timestamp() + make_interval(secs => seconds) FROM stepped.step';
     CREATE FUNCTION stepped.transaction_timestamp() RETURNS timestamptz LANGUAGE sql STABLE AS
       'SELECT pg_catalog.transaction_timestamp() + make_interval(secs => seconds) FROM stepped.step';
     ALTER DATABASE "${database}" SET search_path = stepped, pg_catalog, public;`,
  )
  const connection = new pg.Client({ connectionString: url })
  await connection.connect()
  return {
    async step(seconds) {
      await connection.query('UPDATE stepped.step SET seconds = seconds + $1', [seconds])
    },
    close: () => connection.end(),
  }
}
