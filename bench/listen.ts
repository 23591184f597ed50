import { executionAsyncResource } from 'node:async_hooks'
import type { FastifyInstance } from 'fastify'

/** What `process.nextTick` notes of a callback, kept for good where it is asked for: as the service does, in `next-tick.ts`. */
const kept: object[] = []

/** Serves on the port that the tool has chosen, until it says stop. */
export async function listen(app: FastifyInstance): Promise<void> {
  if (process.env['NEXT_TICK'] === 'kept') process.nextTick(() => kept.push(executionAsyncResource()))
  await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT']) })
  process.on('SIGTERM', () => process.exit(0))
}

/** A setting that the tool gives to every contestant that needs it. */
export function setting(name: string): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set`)
  return value
}
