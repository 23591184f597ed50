import { startProxy, type TcpProxy } from '../../../../test/fault/proxy.ts'
import { client, type Tokens } from '../../../../test/support/client.ts'
import {
  createUser,
  type Environment,
  type Instance,
  startInstance,
} from '../../../../test/support/service.ts'
import { freshDatabase, freshRedis } from '../../../../test/support/stores.ts'

/** Not the URL at which the service under test reaches Latchkey. */
export const issuer = 'https://app.example.test'

export const cookieName = '__Host-latchkey_access'

/** A Latchkey with a user who may view reports, reached through a proxy that can break. */
export type Latchkey = {
  url: string
  instance: Instance
  environment: Environment
  way: TcpProxy
  signIn(roles?: string[]): Promise<Tokens & { userId: string }>
  /** Ends the session, as its user does on another device. */
  revoke(tokens: Tokens): Promise<void>
  close(): Promise<void>
}

export async function startLatchkey(): Promise<Latchkey> {
  const environment = {
    DATABASE_URL: (await freshDatabase()).url,
    REDIS_URL: (await freshRedis()).url,
    ISSUER: issuer,
    PERMISSIONS: JSON.stringify({ analyst: ['view_reports', 'orders:read'], odd: ['a, b'] }),
  }
  const instance = await startInstance(environment)
  const way = await startProxy(Number(new URL(instance.url).port))
  let users = 0
  return {
    url: `http://127.0.0.1:${way.port}`,
    instance,
    environment,
    way,
    async signIn(roles = []) {
      const email = `verified-${users++}@example.test`
      const userId = await createUser(instance.services, email, { roles })
      return { userId, ...(await client(instance.url).signIn(email)) }
    },
    async revoke({ accessToken }) {
      const { status } = await client(instance.url).call('POST', '/v1/auth/logout', { token: accessToken })
      if (status !== 204) throw new Error(`the session is not revoked: ${status}`)
    },
    async close() {
      await way.close()
      await instance.close()
    },
  }
}
