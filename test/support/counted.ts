import { Redis } from 'ioredis'
import pg from 'pg'
import { vi } from 'vitest'

/**
 * Counts what goes to the stores while `work` runs: real statements and real commands, by the drivers' own calls. What
 * an instance does all the time, whether or not requests come (follow the feed, look after Redis), is left out.
 */
export async function countStoreCalls<T>(
  work: () => Promise<T>,
): Promise<{ result: T; sql: string[]; redis: string[] }> {
  const sql: string[] = []
  const redis: string[] = []
  const query = pg.Client.prototype.query
  const sendCommand = Redis.prototype.sendCommand
  const queries = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (
    this: pg.Client,
    ...args: Parameters<typeof query>
  ) {
    if (!isFeed(this)) sql.push(textOf(args[0]))
    return Reflect.apply(query, this, args)
  })
  const commands = vi.spyOn(Redis.prototype, 'sendCommand').mockImplementation(function (
    this: Redis,
    ...args: Parameters<typeof sendCommand>
  ) {
    if (!watching.has(args[0].name) && !isKeeper(this)) redis.push(args[0].name)
    return Reflect.apply(sendCommand, this, args)
  })
  try {
    const result = await work()
    // What is not awaited by an answer is sent right behind it.
    await new Promise(resolve => setTimeout(resolve, 30))
    return { result, sql, redis }
  } finally {
    queries.mockRestore()
    commands.mockRestore()
  }
}

/** What an instance sends Redis to see whether it is there, and to connect again. */
const watching = new Set(['info', 'ping', 'hello', 'auth', 'select', 'client', 'subscribe'])

/** What keeps the tests' numbered databases apart is in number 0, where no instance is. */
function isKeeper(client: Redis): boolean {
  return client.options.db === 0
}

function isFeed(connection: pg.Client): boolean {
  const parameters: unknown = Reflect.get(connection, 'connectionParameters')
  return (
    typeof parameters === 'object' &&
    parameters !== null &&
    Reflect.get(parameters, 'application_name') === 'latchkey feed'
  )
}

function textOf(statement: unknown): string {
  if (typeof statement === 'string') return statement
  if (typeof statement === 'object' && statement !== null && 'text' in statement)
    return String(statement.text)
  return String(statement)
}
