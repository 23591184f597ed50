import type { DeviceSession } from '@latchkey/client'
import type { ReactNode } from 'react'
import { Ago, Moment } from '../time/time.tsx'
import { DeviceIcon, deviceInWords, nameOf } from './device.tsx'

type Props = {
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
export function SessionCard({ session, tone, heading, children, action }: Props) {
  return (
    <li className={`card device ${tone ?? ''}`} aria-label={nameOf(session)}>
      <span className="tile">
        <DeviceIcon type={session.device.type} />
      </span>
      <div className="device-body">
        {heading}
        <p className="facts">
          {session.deviceName !== null && <span>{deviceInWords(session.device)}</span>}
          {session.ipAddress !== null && <span>{session.ipAddress}</span>}
          <span>
            Signed in <Moment at={session.createdAt} />
          </span>
          {session.current ? (
            <span className="live">Active now</span>
          ) : (
            <span>
              Last active <Ago at={session.lastActivityAt} />
            </span>
          )}
        </p>
        {children}
      </div>
      {action}
    </li>
  )
}
