import { useSyncExternalStore } from 'react'

/** The pages of the console. Their names follow the `#`, so that the service has one page to serve. */
export const places = [
  'devices',
  'security',
  'overview',
  'people',
  'revocations',
  'audit-log',
  // Of visitors.
  'sign-up',
] as const

export type Place = (typeof places)[number]

/**
 * `#people/0198…` is the place `people` with a detail, `#audit-log?type=…` the place `audit-log` with a query. `place`
 * null: the address names no page.
 */
export type Route = { place: Place | null; detail: string | null; query: string }

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener)
  return () => removeEventListener('hashchange', listener)
}

export function routeOf(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?')
  const [name, detail = null] = path.split('/')
  if (name === '') return { place: 'devices', detail: null, query }
  return { place: places.find(place => place === name) ?? null, detail, query }
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => location.hash)
  return routeOf(hash)
}

export function linkTo(place: Place, detail?: string): string {
  return detail === undefined ? `#${place}` : `#${place}/${detail}`
}

/** Leaves out what is empty. */
export function linkToQuery(place: Place, query: Readonly<Record<string, string>>): string {
  const set = Object.entries(query).filter(([, value]) => value !== '')
  return set.length === 0 ? `#${place}` : `#${place}?${new URLSearchParams(set)}`
}

/** Replaces the address without an entry in the history, so that Back leaves the page. */
export function replaceRoute(link: string): void {
  if (location.hash === link) return
  history.replaceState(null, '', link)
  dispatchEvent(new HashChangeEvent('hashchange'))
}
