/** Maps each role to its permissions. */
export type PermissionTable = ReadonlyMap<string, ReadonlySet<string>>

/** Valid role names: they are sent in a header, separated by commas. */
export const rolePattern = /^[A-Za-z0-9_.:-]{1,64}$/

/** The permissions of operators. */
export const operatorPermissions = [
  'sessions:read',
  'sessions:revoke',
  'sessions:cleanup',
  'users:read',
  'users:unlock',
  'audit:read',
] as const

export type OperatorPermission = (typeof operatorPermissions)[number]

export const builtInPermissions: PermissionTable = new Map([['admin', new Set(operatorPermissions)]])

/** Sorted, without duplicates. */
export function permissionsOf(table: PermissionTable, roles: readonly string[]): string[] {
  return [...new Set(roles.flatMap(role => [...(table.get(role) ?? [])]))].sort()
}

export function hasPermission(table: PermissionTable, roles: readonly string[], permission: string): boolean {
  return roles.some(role => table.get(role)?.has(permission) ?? false)
}
