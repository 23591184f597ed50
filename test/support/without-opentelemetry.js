// @ts-check
import { register } from 'node:module'

// Loaded into a process before its program: as if the packages of OpenTelemetry were not installed.
const hooks = `export async function resolve(name, context, next) {
  if (name.startsWith('@opentelemetry/')) throw new Error(name + ' is not installed')
  return next(name, context)
}`
register(`data:text/javascript,${encodeURIComponent(hooks)}`)
