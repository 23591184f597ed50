// @ts-check
import { register } from 'node:module'

// Loaded into a process before its program: as if what only some deployments use were not installed.
const hooks = `const optional = ['@opentelemetry/', '@fastify/swagger-ui', 'jose', 'bcryptjs']
export async function resolve(name, context, next) {
  if (optional.some(prefix => name.startsWith(prefix))) throw new Error(name + ' is not installed')
  return next(name, context)
}`
register(`data:text/javascript,${encodeURIComponent(hooks)}`)
