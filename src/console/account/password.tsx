import { useEffect, useRef, useState } from 'react'
import { linkTo, useRoute } from '../shell/route.ts'
import { Done } from '../status/done.tsx'
import { PasswordForm } from './password-form.tsx'

/** The form has an address of its own, so that advice can link to it and Back closes it. */
export function PasswordChange() {
  const isOpen = useRoute().detail === 'password'
  const [done, setDone] = useState('')
  const opener = useRef<HTMLAnchorElement>(null)
  const wasOpen = useRef(false)
  useEffect(() => {
    if (wasOpen.current && !isOpen) opener.current?.focus()
    wasOpen.current = isOpen
  }, [isOpen])
  return (
    <section className="panel" aria-labelledby="password">
      <div className="row">
        <div>
          <h2 id="password">Password</h2>
          <p className="muted">Changing it signs you out on all other devices.</p>
        </div>
        {!isOpen && (
          <a
            ref={opener}
            className="button"
            href={linkTo('security', 'password')}
            onClick={() => setDone('')}
          >
            Change password
          </a>
        )}
      </div>
      <Done>{done}</Done>
      {isOpen && (
        <PasswordForm
          onDone={() => {
            setDone('Password changed. You’re signed out on all other devices.')
            location.replace(linkTo('security'))
          }}
        />
      )}
    </section>
  )
}
