import { Activity } from './activity.tsx'
import { PasswordChange } from './password.tsx'

export function Security() {
  return (
    <>
      <header className="page-head">
        <div>
          <h1>Security</h1>
          <p>Your password and recent activity.</p>
        </div>
      </header>
      <PasswordChange />
      <Activity />
    </>
  )
}
