import { ChangePassword, SecurityActivity } from '@latchkey/react'
import { useState } from 'react'
import { linkTo, useRoute } from '../shell/route.ts'
import { settings } from '../shell/settings.ts'
import { useText } from '../text/text.tsx'
import { loadStrength } from './load-strength.ts'

/** The password form has an address of its own, so that advice can link to it and Back closes it. */
export function Security() {
  const { text } = useText()
  const [{ passwordMinLength }] = useState(settings)
  const isOpen = useRoute().detail === 'password'
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{text('shell.security')}</h1>
          <p>{text('shell.security-intro')}</p>
        </div>
      </header>
      <ChangePassword
        minLength={passwordMinLength}
        strength={loadStrength}
        isOpen={isOpen}
        onOpenChange={open => {
          location.hash = open ? linkTo('security', 'password') : linkTo('security')
        }}
      />
      <SecurityActivity passwordHref={linkTo('security', 'password')} devicesHref={linkTo('devices')} />
    </>
  )
}
