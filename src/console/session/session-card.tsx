import type { DeviceSession } from '@latchkey/client'
import type { ReactNode } from 'react'
import { Ago } from '../time/time.tsx'
import { DeviceIcon, deviceInWords, nameOf } from './device.tsx'

type Props = {
  session: DeviceSession
  tone?: 'alarming' | 'ended'
  /** The name, with what stands beside it. */
  heading: ReactNode
  /** More about it, below. */
  children?: ReactNode
  action: ReactNode
}

/** A session as a person or an operator sees it: what is known of it, and what can be done about it. */
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
            Signed in <Ago at={session.createdAt} />
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
