import type { Contestant, Surroundings } from '../contestants/contestant.ts'
import { connected } from '../field/stores.ts'
import { residentBytes } from '../measure/process.ts'

export type StartFigures = { seconds: number; residentBytes: number | null }

/** How long a new instance takes until it is ready, and what it has in memory then. */
export async function measureStart(instance: Contestant, surroundings: Surroundings): Promise<StartFigures> {
  const startedAt = performance.now()
  const running = await instance.start(surroundings)
  const seconds = (performance.now() - startedAt) / 1000
  try {
    // The feed has read its window by then.
    await new Promise(resolve => setTimeout(resolve, 2_000))
    return { seconds, residentBytes: await residentBytes(running.pid) }
  } finally {
    await running.stop()
  }
}

/** Revocations of just now, such as every new instance has to know. */
export async function insertRevocations(url: string, count: number): Promise<void> {
  await connected(url, client =>
    client.query(
      `INSERT INTO revocations (session_id, reason, actor)
       SELECT gen_random_uuid(), 'logout', 'system' FROM generate_series(1, $1::int)`,
      [count],
    ),
  )
}
