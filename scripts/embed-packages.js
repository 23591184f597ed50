import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'

/**
 * Part of `npm run build`: puts what the packages have built into the service's own dist/, for `latchkey/client`,
 * `latchkey/react` and `latchkey/fastify`. So the service is one tarball that needs none of the packages.
 */
const root = join(import.meta.dirname, '..')
const embedded = join(root, 'dist', 'packages')

for (const name of ['client', 'react', 'node']) {
  await cp(join(root, 'packages', name, 'dist'), join(embedded, name), { recursive: true })
}

// What is for React names types of the client, which stands beside it here under no name.
const react = join(embedded, 'react')
for (const file of await readdir(react, { recursive: true })) {
  if (!file.endsWith('.d.ts')) continue
  const path = join(react, file)
  const client = relative(dirname(path), join(embedded, 'client', 'index.js'))
  const text = await readFile(path, 'utf8')
  await writeFile(path, text.replaceAll("'@latchkey/client'", `'${client}'`))
}
