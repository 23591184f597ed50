/** Role → what it may do. */
export type PermissionTable = ReadonlyMap<string, ReadonlySet<string>>

/** What a role may be called: it stands in a header, among others. */
export const rolePattern = /^[A-Za-z0-9_.:-]{1,64}$/

/** What an operator may be allowed to do. */
export const operatorPermissions = [
  'sessions:read',
  'sessions:revoke',
  'sessions:cleanup',
  'users:read',
  'users:unlock',
  'users:manage',
  'audit:read',
] as const

export type OperatorPermission = (typeof operatorPermissions)[number]

export const builtInPermissions: PermissionTable = new Map([['admin', new Set(operatorPermissions)]])

/** Sorted, each once. */
export function permissionsOf(table: PermissionTable, roles: readonly string[]): string[] {
  return [...new Set(roles.flatMap(role => [...(table.get(role) ?? [])]))].sort()
}

export function hasPermission(table: PermissionTable, roles: readonly string[], permission: string): boolean {
  return roles.some(role => table.get(role)?.has(permission) ?? false)
}

/**
 * Pure: the first operator permission that these roles give and the operator's own do not; null when there is none. Without
 * this rule, an operator who manages users could take every permission.
 */
export function permissionBeyond(
  table: PermissionTable,
  own: readonly string[],
  roles: readonly string[],
): OperatorPermission | null {
  const isBeyond = (permission: string) =>
    hasPermission(table, roles, permission) && !hasPermission(table, own, permission)
  return operatorPermissions.find(isBeyond) ?? null
}
