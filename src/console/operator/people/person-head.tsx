import type { AnswerTo } from '@latchkey/client'
import { Button, dayOf, Exact, icons } from '@latchkey/react/parts'
import { useState } from 'react'
import { linkTo } from '../../shell/route.ts'
import { useText } from '../../text/text.tsx'
import { RoleBadges, StatusBadge } from './badges.tsx'

type Person = AnswerTo<'GET /v1/admin/users/{id}'>

export function BackToUsers() {
  const { text } = useText()
  return (
    <p className="crumbs">
      <a href={linkTo('people')}>
        <icons.ArrowLeft size={15} /> {text('shell.people')}
      </a>
    </p>
  )
}

export function Who({ person }: { person: Person }) {
  return (
    <div>
      <BackToUsers />
      <h1>
        <bdi>{person.email}</bdi>
      </h1>
      <p className="badges">
        <StatusBadge user={person} />
        <RoleBadges roles={person.roles} />
      </p>
    </div>
  )
}

/** What operators are asked for. */
export function PersonFacts({ person }: { person: Person }) {
  const { text, rich, locale } = useText()
  const { id, disabledAt, lockedUntil, lastSignInAt, createdAt } = person
  return (
    <section className="lk-panel">
      {disabledAt !== null && (
        <p className="standing">{rich('person.disabled-since', { time: <Exact at={disabledAt} /> })}</p>
      )}
      {lockedUntil !== null && (
        <p className="standing">{rich('person.locked-until', { time: <Exact at={lockedUntil} /> })}</p>
      )}
      <dl className="facts-list">
        <div>
          <dt>{text('people.last-sign-in')}</dt>
          <dd>{lastSignInAt === null ? text('people.never') : <Exact at={lastSignInAt} />}</dd>
        </div>
        <div>
          <dt>{text('people.since')}</dt>
          <dd>{dayOf(createdAt, locale)}</dd>
        </div>
        <div>
          <dt>{text('person.id')}</dt>
          <dd>
            <code>{id}</code> <Copy value={id} />
          </dd>
        </div>
      </dl>
    </section>
  )
}

function Copy({ value }: { value: string }) {
  const { text } = useText()
  const [isCopied, setCopied] = useState(false)
  const copy = () =>
    navigator.clipboard?.writeText(value).then(
      () => setCopied(true),
      () => {},
    )
  return (
    <Button className="small" onClick={() => void copy()}>
      <span aria-live="polite">{text(isCopied ? 'person.copied' : 'person.copy')}</span>
    </Button>
  )
}
