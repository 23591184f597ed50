import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { client } from '../../support/client.ts'
import { freePort } from '../../support/port.ts'
import { createUser, type Instance, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

const execute = promisify(execFile)
const root = join(import.meta.dirname, '..', '..', '..')
const packages = ['python3-jwt', 'python3-cryptography', 'python3-cffi-backend']

const folder = await mkdtemp(join(tmpdir(), 'latchkey-python-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Where PyJWT is: on this machine, or in packages that are taken apart and not installed. Null: neither. */
async function findPyJwt(): Promise<string | null> {
  const path = join(folder, 'usr', 'lib', 'python3', 'dist-packages')
  const has = (found: string) =>
    execute('/usr/bin/python3', ['-c', 'import jwt, cryptography'], { env: { PYTHONPATH: found } }).then(
      () => true,
      () => false,
    )
  if (await has('')) return ''
  try {
    await execute('apt-get', ['-q', 'download', ...packages], { cwd: folder, timeout: 60_000 })
    const files = (await readdir(folder)).filter(file => file.endsWith('.deb'))
    for (const file of files) await execute('dpkg-deb', ['--extract', join(folder, file), folder])
  } catch {
    return null
  }
  return (await has(path)) ? path : null
}

const pyJwt = await findPyJwt()

describe.skipIf(pyJwt === null)('the verifier in Python that docs/guides/other-languages.md shows', () => {
  let instance: Instance
  let issuer: string
  let token: string

  beforeAll(async () => {
    const port = await freePort()
    issuer = `http://127.0.0.1:${port}`
    const environment = { DATABASE_URL: (await freshDatabase()).url, REDIS_URL: (await freshRedis()).url }
    instance = await startInstance({ ...environment, ISSUER: issuer, AUDIENCE: 'orders' }, port)
    await createUser(instance.services, 'python@example.test')
    token = (await client(instance.url).signIn('python@example.test')).accessToken
  })
  afterAll(() => instance.close())

  async function verify({
    audience = 'orders',
    text = token,
    secondsBehind = 0,
    from = issuer,
  } = {}): Promise<string> {
    const page = await readFile(join(root, 'docs', 'guides', 'other-languages.md'), 'utf8')
    const [, program = ''] = page.split('```python excerpt\n')
    const [shown = ''] = program.split('```')
    const code = `
import datetime, sys
ISSUER, AUDIENCE, TOKEN, BEHIND = sys.argv[1:5]
${shown}
class Behind(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.datetime.fromtimestamp(__import__("time").time() - int(BEHIND), tz)
jwt.api_jwt.datetime = Behind
try:
    print(claims_of(TOKEN)["sid"])
except jwt.PyJWTError as error:
    print(type(error).__name__)
`
    const args = ['-c', code, from, audience, text, String(secondsBehind)]
    const { stdout } = await execute('/usr/bin/python3', args, { env: { PYTHONPATH: pyJwt ?? '' } })
    return stdout.trim()
  }

  it('takes an access token, also by a clock that is two seconds behind', async () => {
    expect(await verify()).toMatch(/^[0-9a-f-]{36}$/)
    expect(await verify({ secondsBehind: 2 })).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('refuses one for another audience, one that was altered, and one whose time has not come', async () => {
    expect(await verify({ audience: 'others' })).toBe('InvalidAudienceError')
    const [header, claims, signature = ''] = token.split('.')
    const altered = `${header}.${claims}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
    expect(await verify({ text: altered })).toBe('InvalidSignatureError')
    expect(await verify({ secondsBehind: 60 })).toBe('ImmatureSignatureError')
  })

  it('says that the keys could not be fetched, which is no refusal', async () => {
    expect(await verify({ from: `http://127.0.0.1:${await freePort()}` })).toMatch(/^PyJWKClient/)
  })
})
