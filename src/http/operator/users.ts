import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { permissionBeyond, rolePattern } from '../../access/permissions.ts'
import { Problem } from '../../errors.ts'
import type { Services } from '../../services.ts'
import { sessionOf } from '../access/authenticate.ts'
import { operatorOf, operatorProblems, operatorRoute, requirePermission } from '../access/permission.ts'
import { Email, Id } from '../conventions/validation/schemas.ts'
import { StrictObject } from '../conventions/validation/strict-object.ts'
import { UserView, userView } from './user-view.ts'

const Roles = Type.Array(Type.String({ pattern: rolePattern.source }), {
  maxItems: 64,
  uniqueItems: true,
  description:
    'They replace the user’s roles. None of them may give an operator permission that you do not have.',
})
const UserParams = StrictObject({ id: Id })
const problems = ['validation_failed', ...operatorProblems, 'not_found', 'revocation_unconfirmed'] as const

/** Operators create users, change what they may do, and end accounts. */
export const userRoutes: FastifyPluginAsyncTypebox<{ services: Services }> = async (app, { services }) => {
  const { config, directory, accounts } = services
  const described = { onRequest: requirePermission(services, 'users:manage') }

  /** An operator manages only users, and gives only roles, whose operator permissions are among their own. */
  function guardOf(request: FastifyRequest) {
    const { roles: own } = sessionOf(request)
    return (roles: readonly string[]): void => {
      const requires = permissionBeyond(config.permissions, own, roles)
      if (requires !== null) throw new Problem('permission_denied', { requires })
    }
  }

  async function viewOf(userId: string) {
    const user = await directory.find(userId)
    if (user === null) throw new Problem('not_found')
    return userView(user)
  }

  app.post(
    '/v1/admin/users',
    {
      ...described,
      schema: {
        operationId: 'createUser',
        ...operatorRoute('users:manage'),
        summary: 'Create a user without a password',
        description: 'A service can open sessions for the user, or the user signs in by other means.',
        body: StrictObject({ email: Email, roles: Type.Optional(Roles) }),
        response: { 201: UserView },
      },
      config: { problems: ['validation_failed', ...operatorProblems, 'email_taken'] },
    },
    async (request, reply) => {
      const { email, roles = [] } = request.body
      guardOf(request)(roles)
      const { id } = await accounts.register({ email, roles, password: null }, operatorOf(request))
      return reply.code(201).send(await viewOf(id))
    },
  )

  app.patch(
    '/v1/admin/users/:id',
    {
      ...described,
      schema: {
        operationId: 'updateUser',
        ...operatorRoute('users:manage'),
        summary: 'Change the roles of a user, or disable or enable the account',
        description:
          'Takes effect on every instance before the call returns. Disabling ends all sessions of the user.',
        params: UserParams,
        body: StrictObject(
          { roles: Type.Optional(Roles), disabled: Type.Optional(Type.Boolean()) },
          { minProperties: 1 },
        ),
        response: { 200: UserView },
      },
      config: { problems: [...problems] },
    },
    async request => {
      const { id } = request.params
      const guard = guardOf(request)
      guard(request.body.roles ?? [])
      if (!(await accounts.change(id, request.body, operatorOf(request), guard)))
        throw new Problem('not_found')
      return await viewOf(id)
    },
  )

  app.delete(
    '/v1/admin/users/:id',
    {
      ...described,
      schema: {
        operationId: 'deleteUser',
        ...operatorRoute('users:manage'),
        summary: 'Delete a user: ends all sessions, and deletes personal data',
        description: 'Takes effect on every instance before the call returns. It cannot be undone.',
        params: UserParams,
        response: { 204: Type.Null() },
      },
      config: { problems: [...problems] },
    },
    async (request, reply) => {
      const isDeleted = await accounts.delete(request.params.id, operatorOf(request), guardOf(request))
      if (!isDeleted) throw new Problem('not_found')
      return reply.code(204).send(null)
    },
  )
}
