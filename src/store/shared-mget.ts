/** What stands under each of the keys, in their order. */
type Values = (string | null)[]

/** What it takes of a client. */
type Mget = { mget(keys: string[]): Promise<Values> }

/**
 * Reads keys; whatever is asked for in one turn of the event loop travels as one `MGET`. For each command the client
 * makes three promises and a timer, which were 6 of the 52 µs of a hit. Not for a Cluster, where a command may only name
 * keys of one slot.
 */
export function createSharedMget(): (redis: Mget, keys: readonly string[]) => Promise<Values> {
  let turn: { keys: string[]; values: Promise<Values> } | null = null

  function open(redis: Mget): { keys: string[]; values: Promise<Values> } {
    const keys: string[] = []
    const values = new Promise<Values>((resolve, reject) => {
      setImmediate(() => {
        turn = null
        redis.mget(keys).then(resolve, reject)
      })
    })
    return { keys, values }
  }

  return async (redis, keys) => {
    turn ??= open(redis)
    const { keys: shared, values } = turn
    const end = shared.push(...keys)
    return (await values).slice(end - keys.length, end)
  }
}
