import { client } from '../../support/client.ts'
import { createUser, type Environment, type Instance, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'
import { receiveVisitors, type Visitors } from './visitor.ts'

type Built = { chromiumPath: string; consoleFolder: string; settings?: Environment }

/** A service with a console, and browsers that visit it. */
export type Console = {
  service: Instance
  databaseUrl: string
  visitors: Visitors
  /** Creates a user; their email. */
  newUser(roles?: string[]): Promise<string>
  /** Signs the user in on a device of that name. */
  elsewhere(
    email: string,
    deviceName: string,
  ): Promise<Awaited<ReturnType<ReturnType<typeof client>['signIn']>>>
  close(): Promise<void>
}

export async function startConsole({ chromiumPath, consoleFolder, settings = {} }: Built): Promise<Console> {
  const databaseUrl = (await freshDatabase()).url
  const environment = { DATABASE_URL: databaseUrl, REDIS_URL: (await freshRedis()).url, ...settings }
  const service = await startInstance(environment, 0, { consoleFolder })
  const visitors = await receiveVisitors(chromiumPath, service.url)
  let users = 0
  return {
    service,
    databaseUrl,
    visitors,
    async newUser(roles = []) {
      const email = `user-${users++}@example.test`
      await createUser(service.services, email, { roles })
      return email
    },
    async elsewhere(email, deviceName) {
      const tokens = await client(service.url).signIn(email)
      const { accessToken: token, sessionId } = tokens
      await client(service.url).call('PATCH', `/v1/sessions/${sessionId}`, { token, body: { deviceName } })
      return tokens
    },
    async close() {
      await visitors.close()
      await service.close()
    },
  }
}
