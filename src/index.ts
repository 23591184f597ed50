/**
 * What programs beside the service may want of it: the codes that they decide by, and the version. The service itself is
 * the command `latchkey`; what calls it from Node or a browser has entry points of its own, such as `latchkey/fastify`.
 */
export { type ProblemCode, problems } from './errors.ts'
export { version } from './version.ts'
