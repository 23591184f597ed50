import { randomInt } from 'node:crypto'
import getPort, { portNumbers } from 'get-port'

const portsOfAWorker = 1_000

/**
 * Below those that the system gives to whoever asks for none (from 32768 on Linux), and apart from the other workers':
 * before a process of its own listens, some seconds go by, in which such a port may become somebody else's.
 */
const first = 10_000 + Number(process.env['VITEST_POOL_ID'] ?? 0) * portsOfAWorker
const last = first + portsOfAWorker - 1

/** Anywhere, so that two runs on one machine do not begin with the same. */
let next = randomInt(first, last)

/** One on which nobody listens, for something that will, or to find nobody there. */
export async function freePort(): Promise<number> {
  const port = await getPort({ port: [...portNumbers(next, last), ...portNumbers(first, last)] })
  next = port < last ? port + 1 : first
  return port
}
