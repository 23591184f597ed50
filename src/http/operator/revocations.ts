import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from 'typebox'
import { Problem } from '../../errors.ts'
import {
  type RevocationTarget,
  readRevocationTarget,
  revocationStrategies,
} from '../../operator/revocation-target.ts'
import type { Services } from '../../services.ts'
import type { RevocationRun } from '../../store/operator/revocation-runs.ts'
import { operatorOf, operatorProblems, operatorRoute, requirePermission } from '../access/permission.ts'
import { Id, Timestamp, timestamp } from '../conventions/validation/schemas.ts'
import { StrictObject } from '../conventions/validation/strict-object.ts'

/** Milliseconds for which the response waits for the marking of rows, so that it is complete if there are few. */
const markingPatienceMs = 300

const targetFields = {
  strategy: Type.Enum([...revocationStrategies]),
  value: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 256,
      description:
        'The id of a session or user, a client type, an address or network, or a time; omitted for `all`.',
    }),
  ),
}
const Target = StrictObject(targetFields)

const Order = StrictObject(
  {
    ...targetFields,
    reason: Type.String({
      minLength: 1,
      maxLength: 200,
      format: 'visible-text',
      description: 'For the audit log.',
    }),
    confirm: Type.Optional(
      Type.Literal('all', { description: 'Required for `all`, and not allowed otherwise.' }),
    ),
  },
  { title: 'RevocationRequest' },
)

const runFields = {
  id: Id,
  strategy: Type.Enum([...revocationStrategies]),
  matched: Type.Union([Type.Integer(), Type.Null()], {
    description:
      'Number of sessions that it covers and that were not revoked before; null until they are counted.',
  }),
  revoked: Type.Integer({ description: 'Number of rows that are marked so far.' }),
  completedAt: Type.Union([Timestamp, Type.Null()], { description: 'Null while rows are being marked.' }),
}

export const revocationRoutes: FastifyPluginAsyncTypebox<{ services: Services }> = async (
  app,
  { services },
) => {
  const { config, clock, revocations, revocationPreview } = services

  app.post(
    '/v1/admin/revocations',
    {
      onRequest: requirePermission(services, 'sessions:revoke'),
      schema: {
        operationId: 'createRevocation',
        ...operatorRoute('sessions:revoke'),
        summary: 'Revoke a session, the sessions of a user, or many at once',
        description:
          'Returns when the revocation is in effect on every instance. The rows of a bulk revocation are marked afterwards.',
        body: Order,
        response: { 201: Type.Object(runFields, { title: 'Revocation' }) },
      },
      config: {
        problems: [
          'validation_failed',
          'confirmation_required',
          ...operatorProblems,
          'not_found',
          'revocation_unconfirmed',
        ],
      },
    },
    async (request, reply) => {
      const target = targetOf(request.body)
      const { reason } = request.body
      const revocation = await revocations.revoke(target, { ...operatorOf(request), reason })
      if (revocation === null) throw new Problem('not_found')
      const completed = revocation.completed.catch(() => undefined)
      await Promise.race([completed, sleep(markingPatienceMs, undefined, { ref: false })])
      const run = await revocations.find(revocation.id)
      if (run === null) throw new Error(`the run of revocation ${revocation.id} is gone`)
      return reply.code(201).send(runView(run))
    },
  )

  app.get(
    '/v1/admin/revocations/preview',
    {
      onRequest: requirePermission(services, 'sessions:revoke'),
      schema: {
        operationId: 'previewRevocation',
        ...operatorRoute('sessions:revoke'),
        summary: 'Preview how many live sessions a revocation would end',
        description: 'Counts for about a second. Nothing is changed.',
        querystring: Target,
        response: {
          200: Type.Object(
            {
              sessions: Type.Integer(),
              complete: Type.Boolean({ description: 'If false, there are at least this many.' }),
            },
            { title: 'RevocationPreview' },
          ),
        },
      },
      config: { problems: ['validation_failed', ...operatorProblems] },
    },
    async request => await revocationPreview.count(readTarget(request.query)),
  )

  app.get(
    '/v1/admin/revocations/:id',
    {
      onRequest: requirePermission(services, 'sessions:revoke'),
      schema: {
        operationId: 'getRevocation',
        ...operatorRoute('sessions:revoke'),
        summary: 'Get the progress of a revocation',
        params: StrictObject({ id: Id }),
        response: {
          200: Type.Object(
            {
              ...runFields,
              propagated: Type.Boolean({ description: 'Whether every instance has acknowledged it.' }),
            },
            { title: 'RevocationProgress' },
          ),
        },
      },
      config: { problems: ['validation_failed', ...operatorProblems, 'not_found'] },
    },
    async request => {
      const run = await revocations.find(request.params.id)
      if (run === null) throw new Problem('not_found')
      return { ...runView(run), propagated: run.propagated }
    },
  )

  function targetOf({ strategy, value, confirm }: Static<typeof Order>): RevocationTarget {
    if (strategy === 'all' && confirm === undefined) {
      const detail = 'This ends all sessions of all users. To confirm, send it with "confirm": "all".'
      throw new Problem('confirmation_required', { detail })
    }
    if (strategy !== 'all' && confirm !== undefined) throw unfit('/confirm', 'is only for the strategy all')
    return readTarget({ strategy, ...(value === undefined ? {} : { value }) })
  }

  function readTarget({ strategy, value }: Static<typeof Target>): RevocationTarget {
    const reading = readRevocationTarget(strategy, value ?? null, {
      policies: config.policies,
      now: clock.now(),
    })
    if (reading.kind === 'unfit') throw unfit('/value', reading.message)
    return reading.target
  }
}

function unfit(path: string, message: string): Problem {
  return new Problem('validation_failed', { errors: [{ path, message }] })
}

function runView({ id, strategy, matched, revoked, completedAt }: RevocationRun) {
  return {
    id,
    strategy,
    matched,
    revoked,
    completedAt: completedAt === null ? null : timestamp(completedAt),
  }
}
