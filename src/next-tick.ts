import { executionAsyncResource } from 'node:async_hooks'

const kept: object[] = []

/**
 * Keeps one of the notes that `process.nextTick` makes of a callback, for good. While no callback waits, V8 may take the
 * shape of these notes for garbage; the literal that makes them has computed keys, whose feedback does not recover from
 * that, and from then on V8's runtime puts each note together, of which every request makes several.
 * docs/performance.md has what it costs.
 */
export function keepNextTickFast(): void {
  process.nextTick(() => kept.push(executionAsyncResource()))
}
