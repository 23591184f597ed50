import { startProxy, type TcpProxy } from '../fault/proxy.ts'
import { client } from '../support/client.ts'
import { freePort } from '../support/port.ts'
import { createUser, type Environment, type Instance, startInstance } from '../support/service.ts'
import { freshDatabase, freshRedis } from '../support/stores.ts'

export type Latchkey = {
  instance: Instance
  /** Where the example reaches it, on a way that can be closed. */
  url: string
  way: TcpProxy
  close(): Promise<void>
}

/** The service with the settings of `npm run dev`, behind a proxy that takes it away. */
export async function startLatchkey(
  settings: Environment = {},
  options: { consoleFolder?: string } = {},
): Promise<Latchkey> {
  const port = await freePort()
  const way = await startProxy(port)
  const environment = {
    DATABASE_URL: (await freshDatabase()).url,
    REDIS_URL: (await freshRedis()).url,
    ISSUER: `http://localhost:${way.port}`,
    ALLOWED_ORIGINS: 'http://localhost:*,http://127.0.0.1:*',
    INSECURE_COOKIES: 'true',
    ...settings,
  }
  const instance = await startInstance(environment, port, options)
  return {
    instance,
    url: `http://127.0.0.1:${way.port}`,
    way,
    async close() {
      await instance.close()
      await way.close()
    },
  }
}

/** A user, signed in on another device, which can end the sessions that the test begins. */
export async function createUserWithDevice({ instance }: Latchkey, email: string, roles: string[] = []) {
  await createUser(instance.services, email, { roles })
  const { accessToken: token } = await client(instance.url).signIn(email, { userAgent: 'the other device' })
  const call = client(instance.url).call
  return {
    token,
    /** As the button in the console does. Returns when no instance accepts them any more. */
    async signOutOthers(): Promise<void> {
      const { status } = await call('DELETE', '/v1/sessions', { token })
      if (status !== 200) throw new Error(`expected 200, got ${status}`)
    },
  }
}
