import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'

/** Each file also compressed as well as it can be, once and for all; the service picks what a browser takes. */
function compressed(): Plugin {
  let folder = ''
  return {
    name: 'latchkey-compressed',
    apply: 'build',
    configResolved(config) {
      folder = config.build.outDir
    },
    async closeBundle() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true })
      const files = entries.filter(entry => entry.isFile() && /\.(js|css|html|svg)$/.test(entry.name))
      await Promise.all(
        files.map(async ({ parentPath, name }) => {
          const file = join(parentPath, name)
          const content = await readFile(file)
          await writeFile(`${file}.gz`, await promisify(gzip)(content, { level: 9 }))
          await writeFile(`${file}.br`, await promisify(brotliCompress)(content))
        }),
      )
    },
  }
}

/** The console: `npm run build` puts it into dist/console, `npm run dev` serves it from its sources. */
export default defineConfig({
  root: join(import.meta.dirname, 'src', 'console'),
  base: '/console/',
  plugins: [compressed()],
  // The packages as they stand beside the service, by the paths of tsconfig.json.
  resolve: { tsconfigPaths: true },
  oxc: { jsx: { runtime: 'automatic' } },
  build: {
    outDir: join(import.meta.dirname, 'dist', 'console'),
    emptyOutDir: true,
    // The first that know `light-dark()`.
    target: ['chrome123', 'firefox120', 'safari17.5'],
    // Nothing inside a page or a style that the policy of these pages does not allow.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Libraries mark what is for the client only; all of this is.
    rolldownOptions: {
      onwarn: (warning, warn) => warning.code !== 'MODULE_LEVEL_DIRECTIVE' && warn(warning),
    },
  },
})
