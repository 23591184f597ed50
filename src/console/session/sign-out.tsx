import { useLatchkey } from '@latchkey/react'
import type { ComponentProps } from 'react'
import { useAction } from '../controls/action.ts'
import { Failure } from '../controls/dialog.tsx'

/** Signs this device out; where the service could not be told, one is still signed in, and it says so. */
export function SignOutButton(props: Omit<ComponentProps<'button'>, 'type' | 'disabled' | 'onClick'>) {
  const client = useLatchkey()
  const signOut = useAction({ mutationFn: () => client.signOut() })
  return (
    <>
      <button {...props} type="button" disabled={signOut.isPending} onClick={() => signOut.run()} />
      <Failure error={signOut.error} />
    </>
  )
}
