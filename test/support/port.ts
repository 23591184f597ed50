import { randomInt } from 'node:crypto'
import getPort, { portNumbers } from 'get-port'

const workers = 10
const portsOfAWorker = 1_000

/**
 * Below those that the system gives to whoever asks for none (from 32768 on Linux), with those 10000 above on which nodes
 * of a Redis Cluster talk, and apart from the other workers': before a process of its own listens, some seconds go by, in
 * which such a port may become somebody else's.
 */
const first = 10_000 + (Number(process.env['VITEST_POOL_ID'] ?? 0) % workers) * portsOfAWorker
const last = first + portsOfAWorker - 1

/** Anywhere, so that two runs on one machine do not begin with the same. */
let next = randomInt(first, last)

/** One on which nobody listens, for something that will, or to find nobody there. */
export async function freePort(): Promise<number> {
  const from = next
  next = from < last ? from + 1 : first
  const port = await getPort({ port: [...portNumbers(from, last), ...portNumbers(first, last)] })
  if (port < first || port > last) throw new Error(`no port is free from ${first} to ${last}`)
  return port
}
