import type { DeviceSession } from '@latchkey/client'
import type { ReactNode } from 'react'
import { useText } from '../text/text.tsx'
import { Ago, Exact, Moment } from '../time/time.tsx'
import { DeviceIcon, deviceText, nameOf } from './device.tsx'

export type SessionCardProps = {
  session: DeviceSession
  tone?: 'alarming' | 'ended'
  /** The name, with its badges. */
  heading: ReactNode
  /** More about the session, below its facts. */
  children?: ReactNode
  /** A button. What it reports goes into `children`: the card has one column for the button. */
  action: ReactNode
}

/** A session as its owner or an operator sees it. */
export function SessionCard({ session, tone, heading, children, action }: SessionCardProps) {
  const words = useText()
  return (
    <li
      className={tone === undefined ? 'lk-card lk-device' : `lk-card lk-device lk-${tone}`}
      aria-label={nameOf(session, words)}
    >
      <span className="lk-tile">
        <DeviceIcon type={session.device.type} />
      </span>
      <div className="lk-device-body">
        {heading}
        <Facts session={session} />
        {children}
        <Details session={session} />
      </div>
      {action}
    </li>
  )
}

function Facts({ session }: { session: DeviceSession }) {
  const words = useText()
  return (
    <p className="lk-facts">
      {session.deviceName !== null && <span>{deviceText(session.device, words)}</span>}
      {session.ipAddress !== null && <span>{session.ipAddress}</span>}
      <span>{words.rich('device.signed-in', { time: <Moment at={session.createdAt} /> })}</span>
      {session.current ? (
        <span className="lk-live">{words.text('device.active-now')}</span>
      ) : (
        <span>{words.rich('device.last-active', { time: <Ago at={session.lastActivityAt} /> })}</span>
      )}
    </p>
  )
}

/** Exact times, and what support asks for. */
function Details({ session }: { session: DeviceSession }) {
  const words = useText()
  const { text } = words
  return (
    <details className="lk-details">
      <summary>
        {text('device.details')}
        <span className="lk-hidden"> {nameOf(session, words)}</span>
      </summary>
      <dl>
        <dt>{text('device.details.browser')}</dt>
        <dd>{deviceText(session.device, words)}</dd>
        {session.ipAddress !== null && <dt>{text('device.details.address')}</dt>}
        {session.ipAddress !== null && <dd>{session.ipAddress}</dd>}
        <dt>{text('device.details.signed-in')}</dt>
        <dd>
          <Exact at={session.createdAt} />
        </dd>
        <dt>{text('device.details.last-active')}</dt>
        <dd>
          <Exact at={session.lastActivityAt} />
        </dd>
        <dt>{text('device.details.idle')}</dt>
        <dd>
          <Exact at={session.idleExpiresAt} />
        </dd>
        <dt>{text('device.details.expires')}</dt>
        <dd>
          <Exact at={session.expiresAt} />
        </dd>
        <dt>{text('device.details.session')}</dt>
        <dd>
          <code>{session.id}</code>
        </dd>
      </dl>
    </details>
  )
}
