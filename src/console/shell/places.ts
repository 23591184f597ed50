import { type ComponentType, lazy } from 'react'
import { Security } from '../account/security.tsx'
import { Ban, Chart, Laptop, List, People, Shield } from '../controls/icons.tsx'
import { Devices } from '../session/devices.tsx'
import type { Place } from './route.ts'

/** Operators' pages are loaded when they are opened; most users never open one. */
export const pages: Record<Place, ComponentType> = {
  devices: Devices,
  security: Security,
  overview: lazy(() => import('../operator/overview/overview.tsx')),
  people: lazy(() => import('../operator/people/people.tsx')),
  revocations: lazy(() => import('../operator/revocation/revocations.tsx')),
  'audit-log': lazy(() => import('../operator/audit/audit-log.tsx')),
}

/** `permission` null: a page of the user's own account. */
export type Entry = { place: Place; title: string; Icon: typeof Laptop; permission: string | null }

export const entries: readonly Entry[] = [
  { place: 'devices', title: 'Your devices', Icon: Laptop, permission: null },
  { place: 'security', title: 'Security', Icon: Shield, permission: null },
  { place: 'overview', title: 'Overview', Icon: Chart, permission: 'sessions:read' },
  { place: 'people', title: 'Users', Icon: People, permission: 'users:read' },
  { place: 'revocations', title: 'Revocations', Icon: Ban, permission: 'sessions:revoke' },
  { place: 'audit-log', title: 'Audit log', Icon: List, permission: 'audit:read' },
]
