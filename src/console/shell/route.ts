import { useSyncExternalStore } from 'react'

/** The pages of the console. Their names follow the `#`, so that the service has one page to serve. */
export const places = ['devices', 'security', 'overview', 'people', 'revocations', 'audit-log'] as const

export type Place = (typeof places)[number]

/** `#people/0198…` is the place `people` with a detail. `place` null: the address names no page. */
export type Route = { place: Place | null; detail: string | null }

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener)
  return () => removeEventListener('hashchange', listener)
}

export function routeOf(hash: string): Route {
  const [name, detail = null] = hash.replace(/^#\/?/, '').split('/')
  if (name === '') return { place: 'devices', detail: null }
  return { place: places.find(place => place === name) ?? null, detail }
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => location.hash)
  return routeOf(hash)
}

export function linkTo(place: Place, detail?: string): string {
  return detail === undefined ? `#${place}` : `#${place}/${detail}`
}
