import type pg from 'pg'

/** What stands between the service and Postgres: nothing, or a pooler that gives a connection for one transaction each. */
export type Pooler = 'none' | 'transaction'

/**
 * Makes a connection send statements without their names: behind a pooler the next transaction may meet a server
 * connection that has not heard of them, or one on which somebody else has taken the name.
 */
export function forgetStatementNames(client: pg.ClientBase): void {
  const query = client.query
  Reflect.set(client, 'query', (statement: unknown, ...rest: unknown[]) =>
    Reflect.apply(query, client, [
      isNamed(statement) ? { ...statement, name: undefined } : statement,
      ...rest,
    ]),
  )
}

function isNamed(statement: unknown): statement is { name: string } {
  return (
    typeof statement === 'object' &&
    statement !== null &&
    'name' in statement &&
    typeof statement.name === 'string'
  )
}
