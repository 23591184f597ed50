import type { Services } from '../services.ts'

/** Runs a command with the services of the server, without HTTP and without jobs. */
export async function withServices(work: (services: Services) => Promise<void>): Promise<void> {
  // Loaded here, so that help and usage errors do not wait for it.
  const { readConfig } = await import('../config/config.ts')
  const { createLogger } = await import('../observability.ts')
  const { createServices } = await import('../services.ts')
  const config = readConfig()
  for (const line of config.warnings) process.stderr.write(`latchkey: warning: ${line}\n`)
  const services = createServices(config, createLogger('silent'))
  try {
    await services.start()
    await work(services)
  } finally {
    await services.close()
  }
}
