import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { builtInPermissions, type PermissionTable, rolePattern } from '../security/permissions.ts'
import { ConfigError } from './refusal.ts'

const permissionsSchema = Compile(
  Type.Record(
    Type.String({ pattern: rolePattern.source }),
    Type.Array(Type.String({ minLength: 1, maxLength: 64 })),
  ),
)

/** Roles beside the built-in `admin`. */
export function permissionTable(configured: unknown): PermissionTable {
  if (configured === undefined) return builtInPermissions
  if (!permissionsSchema.Check(configured)) {
    throw new ConfigError('PERMISSIONS', 'does not fit: it must look like {"role": ["permission"]}')
  }
  const roles = Object.entries(configured).map(([role, permissions]) => [role, new Set(permissions)] as const)
  return new Map([...builtInPermissions, ...roles])
}
