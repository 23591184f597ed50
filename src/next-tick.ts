import { executionAsyncResource } from 'node:async_hooks'

const kept: object[] = []

/**
 * Keeps one of the records that `process.nextTick` creates for a callback. While no callback waits, V8 may collect the
 * shape of these records; the literal that creates them has computed keys, whose feedback does not recover, and from then
 * on V8's runtime assembles each record, of which every request creates several.
 * `npm run bench:next-tick` measures the cost, docs/adr/0086-next-tick-keeps-its-shape.md explains the cause.
 */
export function keepNextTickFast(): void {
  process.nextTick(() => kept.push(executionAsyncResource()))
}
