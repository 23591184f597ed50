import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { builtInPermissions, type PermissionTable, rolePattern } from '../access/permissions.ts'
import { ConfigError } from './refusal.ts'

const permissionsSchema = Compile(
  Type.Record(
    Type.String({ pattern: rolePattern.source }),
    Type.Array(Type.String({ minLength: 1, maxLength: 64 })),
  ),
)

/** Roles in addition to the built-in `admin`, which cannot be changed: a mistake must not remove the rights of operators. */
export function permissionTable(configured: unknown): PermissionTable {
  if (configured === undefined) return builtInPermissions
  if (!permissionsSchema.Check(configured)) {
    throw new ConfigError('PERMISSIONS', 'is not valid: it must look like {"role": ["permission"]}')
  }
  const builtIn = Object.keys(configured).find(role => builtInPermissions.has(role))
  if (builtIn !== undefined) {
    throw new ConfigError(
      'PERMISSIONS',
      `must not say what ${builtIn} may do: that role is built in; take another name, and give people both roles`,
    )
  }
  const roles = Object.entries(configured).map(([role, permissions]) => [role, new Set(permissions)] as const)
  return new Map([...builtInPermissions, ...roles])
}
