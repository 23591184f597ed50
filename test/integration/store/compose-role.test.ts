import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { query } from '../../support/database.ts'
import { findProgram } from '../../support/debian-program.ts'
import { freshDatabase } from '../../support/stores.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const psql = await findProgram('psql', { package: 'postgresql-client' })
const execute = promisify(execFile)

/** Roles belong to the server, which other tests use as well. */
const role = `latchkey_app_${randomBytes(5).toString('hex')}`

async function forThisTest(file: string): Promise<string> {
  const text = await readFile(join(root, file), 'utf8')
  const copy = join(await mkdtemp(join(tmpdir(), 'latchkey-role-')), 'file.sql')
  await writeFile(copy, text.replaceAll('latchkey_app', role))
  return copy
}

/** As the service `grants` of docker-compose.yml does it. */
async function makeRole(owner: string, password: string): Promise<void> {
  if (psql.kind === 'none') throw new Error(psql.reason)
  const environment = { ...process.env, APP_PASSWORD: password }
  const run = (...args: string[]) =>
    execute(psql.path, ['--no-psqlrc', '--quiet', `--dbname=${owner}`, ...args], { env: environment })
  await run(`--file=${await forThisTest('deploy/compose/app-role.sql')}`)
  await run('--set=ON_ERROR_STOP=1', '--single-transaction', `--file=${await forThisTest('docs/grants.sql')}`)
}

describe.skipIf(psql.kind === 'none')('the role that docker-compose.yml makes', () => {
  it('is no superuser and may only add to the audit log; made again, it has the new password', async () => {
    const owner = (await freshDatabase()).url
    const app = new URL(owner)
    app.username = role
    for (const password of ['the first password', "another one, with a ' and a \\"]) {
      await makeRole(owner, password)
      app.password = password
      const [role] = await query(
        app.href,
        `SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles
         WHERE rolname = current_user`,
      )
      expect(Object.values(role ?? {})).toEqual([false, false, false, false, false])
    }
    expect(await query(app.href, 'SELECT id FROM users')).toEqual([])
    await expect(query(app.href, 'DELETE FROM security_events')).rejects.toThrow(/permission denied/)
    await expect(query(app.href, 'CREATE TABLE mine ()')).rejects.toThrow(/permission denied/)
  })
})
