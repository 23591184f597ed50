const longestKey = 64

/** The pointer to a member (RFC 6901 §3). A very long key is truncated: it is displayed, not resolved. */
export function pointerTo(parent: string, key: string | number): string {
  if (typeof key === 'number') return `${parent}/${key}`
  const shown = key.length > longestKey ? `${key.slice(0, longestKey)}…` : key
  return `${parent}/${shown.replaceAll('~', '~0').replaceAll('/', '~1')}`
}
