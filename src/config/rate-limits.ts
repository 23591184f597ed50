import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { defaultRateLimits, type RateLimits } from '../access/rate-limits.ts'
import { misfitOf } from './misfit.ts'
import { ConfigError } from './refusal.ts'

const rate = Type.Object(
  {
    max: Type.Integer({ minimum: 1, maximum: 1_000_000_000 }),
    windowSeconds: Type.Integer({ minimum: 1, maximum: 86_400 }),
  },
  { additionalProperties: false },
)

const names = Object.keys(defaultRateLimits)
const rateLimitsSchema = Compile(
  Type.Object(Object.fromEntries(names.map(name => [name, Type.Optional(rate)])), {
    additionalProperties: false,
  }),
)

/** The defaults, with the configured limits in place of those of the same name. */
export function rateLimits(configured: unknown): RateLimits {
  if (configured === undefined) return defaultRateLimits
  if (!rateLimitsSchema.Check(configured)) {
    const remedy = `it must look like {"<name>": {"max", "windowSeconds"}} with the names ${names.join(', ')}`
    throw new ConfigError(
      'RATE_LIMITS',
      `is not valid: ${misfitOf(rateLimitsSchema.Errors(configured))}; ${remedy}`,
    )
  }
  return { ...defaultRateLimits, ...configured }
}
