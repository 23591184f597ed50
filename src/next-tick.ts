import { executionAsyncResource } from 'node:async_hooks'

const kept: object[] = []

/**
 * Keeps one of the notes that `process.nextTick` makes of a callback, for good. While no callback waits, V8 may take the
 * shape of these notes for garbage; the literal that makes them has computed keys, whose feedback does not recover from
 * that, and from then on V8's runtime puts each note together, of which every request makes several.
 * `npm run bench:next-tick` has what it costs, docs/adr/0086-next-tick-keeps-its-shape.md how it was found.
 */
export function keepNextTickFast(): void {
  process.nextTick(() => kept.push(executionAsyncResource()))
}
