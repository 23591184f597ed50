import type { Services } from '../services.ts'
import { activityFlushSeconds } from '../session/policy.ts'
import type { Job } from './scheduler.ts'

/** What runs inside every instance. */
export function serviceJobs(services: Services): Job[] {
  const { config, logger } = services
  const jobs: Job[] = [
    // Also finds out whether Postgres is there, and what time it is.
    { name: 'reload', everyMs: 1_000, run: services.reload },
    { name: 'activity flush', everyMs: activityFlushSeconds * 1000, run: services.activity.flush },
  ]
  if (config.cleanupIntervalSeconds > 0) {
    jobs.push({
      name: 'cleanup',
      everyMs: config.cleanupIntervalSeconds * 1000,
      async run() {
        const result = await services.maintenance.cleanUp('system')
        logger.info(result, 'cleanup')
      },
    })
  }
  return jobs
}
