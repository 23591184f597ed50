import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import openapiTS, { astToString } from 'openapi-typescript'
import { documentPath } from './openapi.ts'

/** The committed types of the client, as a text; a test holds them against `describedTypes`. */
export const typesPath = join(import.meta.dirname, '..', 'packages', 'client', 'src', 'openapi.ts')

/** The types of every call, as the committed description of the API gives them. */
export async function describedTypes(): Promise<string> {
  const nodes = await openapiTS(await readFile(documentPath, 'utf8'))
  return `// Made from docs/openapi.json by \`npm run client:types\`.\n\n${astToString(nodes)}`
}

// Imported by its test, run by `npm run client:types`.
if (process.argv[1] === import.meta.filename) await writeFile(typesPath, await describedTypes())
