import { SignIn, SignUp } from '@latchkey/react'
import { useEffect, useState } from 'react'
import { loadStrength } from '../account/load-strength.ts'
import { Mark } from '../brand/mark.tsx'
import { Preferences } from '../preferences/preferences.tsx'
import { useRoute } from '../shell/route.ts'
import { settings } from '../shell/settings.ts'
import { HealthNotice } from '../status/health.tsx'
import { useText } from '../text/text.tsx'

const signUpHash = '#sign-up'

/** What a visitor sees: sign-in, and sign-up where registration is open. */
export function Entrance() {
  const { text } = useText()
  const [known] = useState(settings)
  const { name, supportUrl, isRegistrationOpen, passwordMinLength } = known
  const isSignUp = useRoute().place === 'sign-up' && isRegistrationOpen
  const title = text(isSignUp ? 'entrance.sign-up' : 'entrance.sign-in', { name })
  useEffect(() => {
    document.title = title
  }, [title])
  return (
    <main className="entrance">
      <div className="brand">
        <Mark />
        <h1>{title}</h1>
        <p>{text(isSignUp ? 'entrance.sign-up-intro' : 'entrance.sign-in-intro')}</p>
      </div>
      <HealthNotice audience="visitor" />
      {isSignUp ? (
        <SignUp
          headingLevel={null}
          minLength={passwordMinLength}
          strength={loadStrength}
          signInHref="#"
          onSignedUp={() => location.replace('#')}
        />
      ) : (
        <SignIn
          headingLevel={null}
          {...(supportUrl !== null && { supportHref: supportUrl })}
          {...(isRegistrationOpen && { signUpHref: signUpHash })}
        />
      )}
      <Preferences />
    </main>
  )
}
