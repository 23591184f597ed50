import { type Context, context } from '@opentelemetry/api'
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis'
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg'
import { Pipeline, Redis } from 'ioredis'
import pg from 'pg'

type Definitions = ReturnType<PgInstrumentation['getModuleDefinitions']>

/**
 * A span for each statement and each command that a request causes; other work, such as the polls of the feed, has
 * none. Patches the existing clients, so that the order of imports does not matter.
 */
export function traceStores(): void {
  const postgres = new PgInstrumentation({ enabled: false, requireParentSpan: true })
  apply(postgres.getModuleDefinitions(), { pg, 'pg-pool': pg.Pool })
  const redis = new IORedisInstrumentation({
    enabled: false,
    requireParentSpan: true,
    // Keys hold session ids, and values snapshots.
    dbStatementSerializer: command => command,
  })
  apply(redis.getModuleDefinitions(), { ioredis: Redis })
  rememberWhoAsked()
}

function apply(definitions: Definitions, modules: Record<string, unknown>): void {
  for (const { name, patch } of definitions) patch?.(modules[name])
}

/** Commands of several requests travel in one pipeline, which is sent in the context of the first. */
function rememberWhoAsked(): void {
  const askedIn = new WeakMap<object, Context>()
  const { sendCommand: queue } = Pipeline.prototype
  Pipeline.prototype.sendCommand = function (command) {
    askedIn.set(command, context.active())
    return queue.call(this, command)
  }
  const { sendCommand: send } = Redis.prototype
  Redis.prototype.sendCommand = function (command, stream) {
    return context.with(askedIn.get(command) ?? context.active(), () => send.call(this, command, stream))
  }
}
