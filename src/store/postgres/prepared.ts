import type { Executor } from './database.ts'

/** What can be executed again and again, on the connection that it was made for. */
type Prepared = { execute(values: Record<string, unknown>): Promise<unknown> }

/**
 * Makes a statement once for each connection: putting its text together takes longer than to send it. `Values` that the
 * text depends on must be the same each time.
 */
export function preparedOnce<Statement extends Prepared, Values extends unknown[]>(
  prepare: (executor: Executor, ...values: Values) => Statement,
): (executor: Executor, ...values: Values) => Statement {
  const made = new WeakMap<Executor, Statement>()
  return (executor, ...values) => {
    const known = made.get(executor)
    if (known !== undefined) return known
    const statement = prepare(executor, ...values)
    made.set(executor, statement)
    return statement
  }
}
