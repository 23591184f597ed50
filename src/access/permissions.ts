import QuickLRU from 'quick-lru'

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
  'audit:read',
] as const

export type OperatorPermission = (typeof operatorPermissions)[number]

export const builtInPermissions: PermissionTable = new Map([['admin', new Set(operatorPermissions)]])

/** Sorted, each once. */
export function permissionsOf(table: PermissionTable, roles: readonly string[]): string[] {
  return [...new Set(roles.flatMap(role => [...(table.get(role) ?? [])]))].sort()
}

/** Kept by role lists, of which a deployment has few. */
const textsKept = 1_000

/** Characters. Node.js reads at most 16 KiB of headers, and a longer list would cost the caller the whole answer. */
const longestText = 8_192

/**
 * What some roles allow, for a header: sorted, joined by commas, and percent-encoded where a name has a comma, a space or
 * a letter that a header cannot hold. Null when that is longer than 8 KiB. Made once for each list of roles.
 */
export function createPermissionsText(table: PermissionTable): (roles: readonly string[]) => string | null {
  const texts = new QuickLRU<string, string | null>({ maxSize: textsKept })
  return roles => {
    const key = roles.join(',')
    const known = texts.get(key)
    if (known !== undefined) return known
    const text = permissionsOf(table, roles).map(encodePermission).join(',')
    const kept = text.length > longestText ? null : text
    texts.set(key, kept)
    return kept
  }
}

function encodePermission(permission: string): string {
  return encodeURI(permission.toWellFormed()).replaceAll(',', '%2C')
}

export function hasPermission(table: PermissionTable, roles: readonly string[], permission: string): boolean {
  return roles.some(role => table.get(role)?.has(permission) ?? false)
}
