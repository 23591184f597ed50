import { useText } from '../text/text.tsx'

export type RemedyLinks = {
  /** Where the user changes the password; without it there is no link. */
  passwordHref?: string
  /** Where the user sees their devices; without it there is no link. */
  devicesHref?: string
}

/** A link to the page on which the user can act. */
export function Remedy({ kind, links }: { kind: 'password' | 'devices'; links: RemedyLinks }) {
  const { text } = useText()
  const href = kind === 'password' ? links.passwordHref : links.devicesHref
  if (href === undefined) return null
  return (
    <a className="lk-button" href={href}>
      {text(kind === 'password' ? 'activity.change-password' : 'activity.see-devices')}
    </a>
  )
}

/** One sentence at the top, instead of one beside each event. */
export function Advice({ passwordHref, devicesHref }: RemedyLinks) {
  const { text, rich } = useText()
  if (passwordHref === undefined || devicesHref === undefined) {
    return <p className="lk-muted">{text('activity.advice-plain')}</p>
  }
  const password = <a href={passwordHref}>{text('activity.advice.password')}</a>
  const devices = <a href={devicesHref}>{text('activity.advice.devices')}</a>
  return <p className="lk-muted">{rich('activity.advice', { password, devices })}</p>
}
