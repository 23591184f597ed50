import type { Services } from '../services.ts'
import { activityFlushSeconds } from '../session/policy.ts'
import type { DoneBy } from '../session/session.ts'
import type { Job } from './scheduler.ts'

/** The actor in the audit log for rules of the service. */
const bySchedule: DoneBy = { actor: 'system', origin: { ipAddress: null, userAgent: null } }

/** The jobs of every instance. */
export function serviceJobs(services: Services): Job[] {
  const { config, logger } = services
  const jobs: Job[] = [
    { name: 'register secrets', everyMs: 60_000, run: services.registerSecrets },
    { name: 'imported hashes', everyMs: 60_000, run: services.accounts.followImports },
    { name: 'activity flush', everyMs: activityFlushSeconds * 1000, run: services.flush },
  ]
  if (config.cleanupIntervalSeconds > 0) {
    jobs.push({
      name: 'cleanup',
      everyMs: config.cleanupIntervalSeconds * 1000,
      async run(signal) {
        const result = await services.maintenance.cleanUp(bySchedule, { signal })
        logger.info(result, 'cleanup finished')
      },
    })
  }
  return jobs
}
