import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { pause } from '../src/verifier/pause.ts'

describe('a pause between two attempts', () => {
  it('leaves no listener on the signal, however many there are', async () => {
    const { signal } = new AbortController()
    for (let time = 0; time < 3; time++) await pause(1, signal)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('ends with the signal', async () => {
    const closing = new AbortController()
    // Longer than a test may take.
    const pausing = pause(3_600_000, closing.signal)
    closing.abort()
    await pausing
    expect(getEventListeners(closing.signal, 'abort')).toEqual([])
  })
})
