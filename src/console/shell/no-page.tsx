import type { ReactNode } from 'react'
import { useText } from '../text/text.tsx'
import { linkTo } from './route.ts'

/** The address names no page. */
export function NotFound() {
  const { text, rich } = useText()
  return (
    <NoPage title={text('shell.not-found')}>{rich('shell.not-found-text', { link: <ToDevices /> })}</NoPage>
  )
}

/** The page needs a permission that the user lacks. */
export function NoAccess() {
  const { text, rich } = useText()
  return (
    <NoPage title={text('shell.no-access-title')}>
      {rich('shell.no-access-text', { link: <ToDevices /> })}
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

function ToDevices() {
  const { text } = useText()
  return <a href={linkTo('devices')}>{text('shell.to-devices')}</a>
}
