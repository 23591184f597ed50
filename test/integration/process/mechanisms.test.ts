import { describe, expect, it } from 'vitest'
import { mechanisms } from '../../fault/mechanisms.ts'
import { sourceWith } from '../../fault/variant.ts'

describe('a mechanism that the faults take out of the service', () => {
  it.each(mechanisms.map(({ name, patch }) => [name, patch] as const))(
    'is in the source as its patch expects: %s',
    async (_, patch) => {
      expect(await sourceWith(patch)).not.toBe('')
    },
  )
})
