import type { Services } from '../services.ts'

/** Runs a command on the same services as the server, without HTTP and without jobs. */
export async function withServices(work: (services: Services) => Promise<void>): Promise<void> {
  // Loaded only now: whoever asks for help, or has mistyped something, does not wait for all of it.
  const { readConfig } = await import('../config.ts')
  const { createLogger } = await import('../observability.ts')
  const { createServices } = await import('../services.ts')
  const services = createServices(readConfig(), createLogger('silent'))
  try {
    await services.start()
    await work(services)
  } finally {
    await services.close()
  }
}
