import { readConfig } from '../config.ts'
import { createLogger } from '../observability.ts'
import { createServices, type Services } from '../services.ts'

/** Runs a command on the same services as the server, without HTTP and without jobs. */
export async function withServices(work: (services: Services) => Promise<void>): Promise<void> {
  const services = createServices(readConfig(), createLogger('silent'))
  try {
    await services.start()
    await work(services)
  } finally {
    await services.close()
  }
}
