import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { defaultPolicies, type Policies, type Policy } from '../session/policy.ts'
import { misfitOf } from './misfit.ts'
import { ConfigError } from './refusal.ts'

const seconds = Type.Integer({ minimum: 1, maximum: 315_360_000 })
const policiesSchema = Compile(
  Type.Record(
    Type.String({ pattern: '^[a-z][a-z0-9_-]{0,31}$' }),
    Type.Object(
      {
        idleTimeoutSeconds: seconds,
        absoluteTimeoutSeconds: seconds,
        accessTokenTtlSeconds: Type.Optional(seconds),
        refreshTokenTtlSeconds: Type.Optional(seconds),
        maxSessions: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
        roles: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
        refreshIsActivity: Type.Optional(Type.Boolean()),
      },
      { additionalProperties: false },
    ),
    { minProperties: 1, additionalProperties: false },
  ),
)

/** A policy without its own access and refresh lifetimes gets the general ones, limited to its absolute limit. */
export function sessionPolicies(
  configured: unknown,
  accessTokenTtlSeconds: number,
  refreshTokenTtlSeconds: number,
): Policies {
  const given = configured ?? defaultPolicies
  if (!policiesSchema.Check(given)) {
    throw new ConfigError('SESSION_POLICIES', `is not valid: ${misfitOf(policiesSchema.Errors(given))}`)
  }
  return new Map(
    Object.entries(given).map(([clientType, policy]): [string, Policy] => [
      clientType,
      {
        idleTimeoutSeconds: policy.idleTimeoutSeconds,
        absoluteTimeoutSeconds: policy.absoluteTimeoutSeconds,
        accessTokenTtlSeconds: policy.accessTokenTtlSeconds ?? accessTokenTtlSeconds,
        refreshTokenTtlSeconds: Math.min(
          policy.refreshTokenTtlSeconds ?? refreshTokenTtlSeconds,
          policy.absoluteTimeoutSeconds,
        ),
        maxSessions: policy.maxSessions ?? null,
        roles: policy.roles ?? null,
        refreshIsActivity: policy.refreshIsActivity ?? true,
      },
    ]),
  )
}

export function refuseContradictions(policies: Policies, rotationGraceSeconds: number): void {
  for (const [clientType, policy] of policies) {
    if (policy.idleTimeoutSeconds > policy.absoluteTimeoutSeconds) {
      throw new ConfigError(
        'SESSION_POLICIES',
        `${clientType}: idleTimeoutSeconds must not exceed absoluteTimeoutSeconds`,
      )
    }
    if (policy.accessTokenTtlSeconds >= policy.idleTimeoutSeconds) {
      throw new ConfigError(
        'ACCESS_TOKEN_TTL_SECONDS',
        `must be shorter than the idle timeout of ${clientType} (${policy.idleTimeoutSeconds} s)`,
      )
    }
    if (policy.refreshTokenTtlSeconds <= policy.accessTokenTtlSeconds) {
      throw new ConfigError(
        'REFRESH_TOKEN_TTL_SECONDS',
        `must be longer than the access token's lifetime of ${clientType} (${policy.accessTokenTtlSeconds} s)`,
      )
    }
    if (rotationGraceSeconds + 60 >= policy.accessTokenTtlSeconds) {
      throw new ConfigError(
        'ROTATION_GRACE_SECONDS',
        `must be more than 60 s shorter than the access token's lifetime of ${clientType} (${policy.accessTokenTtlSeconds} s)`,
      )
    }
  }
}
