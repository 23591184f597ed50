import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Keeps the tokens in a file that only its owner can read. In a real app these three functions call the Keychain (iOS)
 * or the Keystore (Android): with React Native, `getItemAsync`, `setItemAsync` and `deleteItemAsync` of
 * `expo-secure-store`.
 *
 * `set` resolves when the value is on disk. The client stores a new pair before it uses it, so that an app that is
 * killed in between does not come back with a refresh token that is already spent.
 *
 * @param {string} path
 * @returns {import('@latchkey/client').TokenStorage}
 */
export function fileStorage(path) {
  /** One change after the other. */
  let turn = Promise.resolve()

  /** @returns {Promise<Record<string, string>>} */
  async function read() {
    const text = await readFile(path, 'utf8').catch(error => {
      if (error.code === 'ENOENT') return '{}'
      throw error
    })
    return JSON.parse(text)
  }

  /** @param {(entries: Record<string, string>) => void} edit */
  function change(edit) {
    const changed = turn.then(async () => {
      const entries = await read()
      edit(entries)
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      // Renamed when it is complete: there is never half a file.
      await writeFile(`${path}.new`, JSON.stringify(entries), { mode: 0o600, flush: true })
      await rename(`${path}.new`, path)
    })
    turn = changed.catch(() => {})
    return changed
  }

  return {
    get: async key => (await read())[key],
    set: (key, value) => change(entries => void Object.assign(entries, { [key]: value })),
    remove: key => change(entries => void delete entries[key]),
  }
}
