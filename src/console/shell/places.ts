import { icons } from '@latchkey/react/parts'
import { type ComponentType, lazy } from 'react'
import { Security } from '../account/security.tsx'
import { DevicesPage } from '../session/devices-page.tsx'
import type { Place } from './route.ts'

/** The pages of a signed-in user. */
export type UserPlace = Exclude<Place, 'sign-up'>

/** Operators' pages are loaded when they are opened; most users never open one. */
export const pages: Record<UserPlace, ComponentType> = {
  devices: DevicesPage,
  security: Security,
  overview: lazy(() => import('../operator/overview/overview.tsx')),
  people: lazy(() => import('../operator/people/people.tsx')),
  revocations: lazy(() => import('../operator/revocation/revocations.tsx')),
  'audit-log': lazy(() => import('../operator/audit/audit-log.tsx')),
}

/** `permission` null: a page of the user's own account. */
export type Entry = { place: UserPlace; Icon: typeof icons.Laptop; permission: string | null }

export const entries: readonly Entry[] = [
  { place: 'devices', Icon: icons.Laptop, permission: null },
  { place: 'security', Icon: icons.Shield, permission: null },
  { place: 'overview', Icon: icons.Chart, permission: 'sessions:read' },
  { place: 'people', Icon: icons.People, permission: 'users:read' },
  { place: 'revocations', Icon: icons.Ban, permission: 'sessions:revoke' },
  { place: 'audit-log', Icon: icons.List, permission: 'audit:read' },
]
