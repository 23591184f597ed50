import type { Contestant, RunningContestant, Surroundings } from './contestant.ts'

/** Contestants are started when they are first needed, and kept. */
export function startContestants(surroundings: Surroundings) {
  const running = new Map<Contestant, Promise<RunningContestant>>()
  const written: string[] = []
  return {
    async running(contestant: Contestant): Promise<RunningContestant> {
      const known = running.get(contestant)
      if (known !== undefined) return await known
      const started = contestant.start(surroundings)
      running.set(contestant, started)
      const server = await started
      server.onLine(line => written.push(`${contestant.name}: ${line}`))
      return server
    },
    /** What they have written since this was last asked: under load they should have nothing to say. */
    newLines: () => written.splice(0),
    async stop(): Promise<void> {
      const started = await Promise.allSettled(running.values())
      await Promise.all(started.map(one => (one.status === 'fulfilled' ? one.value.stop() : undefined)))
    },
  }
}
