import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildApp } from '../src/app.ts'
import { readConfig } from '../src/config/config.ts'
import { openApiDocument } from '../src/http/openapi.ts'
import { createLogger } from '../src/observability.ts'
import { createServices } from '../src/services.ts'

/** The committed description of the API, as a text; a test holds it against `describedApi`. */
export const documentPath = join(import.meta.dirname, '..', 'docs', 'openapi.json')

/**
 * The description of the API as the routes of this checkout give it. Needs no stores: services connect to nothing
 * until they are started, and no setting changes what the routes look like.
 */
export async function describedApi(): Promise<string> {
  const config = readConfig({
    DATABASE_URL: 'postgres://127.0.0.1/unused',
    LATCHKEY_SECRET: randomBytes(32).toString('base64'),
  })
  const services = createServices(config, createLogger('silent'))
  const app = await buildApp(services)
  try {
    await app.ready()
    return openApiDocument(app)
  } finally {
    await app.close()
    await services.close()
  }
}

// Imported by its test, run by `npm run openapi`.
if (process.argv[1] === import.meta.filename) await writeFile(documentPath, await describedApi())
