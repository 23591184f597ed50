import type { Contestant, RunningContestant, Surroundings } from './contestant.ts'

/** Contestants are started when they are first needed, and kept. */
export function startContestants(surroundings: Surroundings) {
  const running = new Map<Contestant, Promise<RunningContestant>>()
  return {
    running(contestant: Contestant): Promise<RunningContestant> {
      const started = running.get(contestant) ?? contestant.start(surroundings)
      running.set(contestant, started)
      return started
    },
    async stop(): Promise<void> {
      const started = await Promise.allSettled(running.values())
      await Promise.all(started.map(one => (one.status === 'fulfilled' ? one.value.stop() : undefined)))
    },
  }
}
