import { useSyncExternalStore } from 'react'

/** Where in the console a person is: behind the `#`, so that the service has one page to serve. */
export const places = ['devices', 'security', 'overview', 'people', 'revocations', 'audit-log'] as const

export type Place = (typeof places)[number]

/** `#people/0198…` is the place `people`, with a detail. */
export type Route = { place: Place; detail: string | null }

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener)
  return () => removeEventListener('hashchange', listener)
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => location.hash)
  const [name, detail = null] = hash.replace(/^#\/?/, '').split('/')
  return { place: places.find(place => place === name) ?? 'devices', detail }
}

export function linkTo(place: Place, detail?: string): string {
  return detail === undefined ? `#${place}` : `#${place}/${detail}`
}
