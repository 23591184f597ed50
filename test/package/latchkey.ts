import {
  buildApp,
  type Config,
  createLogger,
  createServices,
  type ProblemCode,
  readConfig,
  version,
} from 'latchkey'

const config: Config = readConfig({})
export const app = await buildApp(createServices(config, createLogger('silent')))
export const text: string = version
export const code: ProblemCode = 'session_revoked'
// @ts-expect-error: ProblemCode lists the codes of the service only
export const unknown: ProblemCode = 'no_such_code'
