import { join } from 'node:path'
import { expect, it } from 'vitest'
import { client } from '../../support/client.ts'
import { createUser, secret, startInstance } from '../../support/service.ts'
import { startProcess } from '../../support/service-process.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

const withoutPackages = [join(import.meta.dirname, '..', '..', 'support', 'without-optional-packages.js')]

it('the service signs users in without the packages of traces, API pages, foreign tokens and imported hashes', async () => {
  const environment = {
    DATABASE_URL: (await freshDatabase()).url,
    REDIS_URL: (await freshRedis()).url,
    LATCHKEY_SECRET: secret,
  }
  const other = await startInstance(environment)
  const email = 'optional-packages@example.test'
  await createUser(other.services, email)
  const served = await startProcess({ ...environment, API_DOCS: 'off' }, withoutPackages)
  try {
    const { signIn, refresh, verify } = client(`http://127.0.0.1:${served.port}`)
    const { accessToken, refreshToken } = await signIn(email)
    expect((await verify(accessToken)).status).toBe(204)
    expect((await refresh(refreshToken)).status).toBe(200)
    expect(await served.stop()).toBe(0)
  } finally {
    await other.close()
  }
  // Where they are asked for, they are missed.
  await expect(startProcess({ ...environment, API_DOCS: 'on' }, withoutPackages)).rejects.toThrow(
    /swagger-ui is not installed/,
  )
})
