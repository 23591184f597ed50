import type { ReactNode } from 'react'
import { linkTo } from './route.ts'

/** The address names no page. */
export function NotFound() {
  return (
    <NoPage title="Page not found">
      There is no page at this address. <BackToDevices />
    </NoPage>
  )
}

/** The page needs a permission that the user lacks. */
export function NoAccess() {
  return (
    <NoPage title="You don’t have access to this page">
      Your account doesn’t have the permission it needs. <BackToDevices />
    </NoPage>
  )
}

function NoPage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <header className="page-head">
      <div>
        <h1>{title}</h1>
        <p>{children}</p>
      </div>
    </header>
  )
}

function BackToDevices() {
  return <a href={linkTo('devices')}>Go to your devices</a>
}
