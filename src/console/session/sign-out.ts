import { useLatchkey } from '@latchkey/react'
import { useAction } from '../controls/action.ts'

/** Signs this device out. If the service cannot be told, the user stays signed in, and `error` says so. */
export function useSignOut() {
  const client = useLatchkey()
  return useAction({ mutationFn: () => client.signOut() })
}
