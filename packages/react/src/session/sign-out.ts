import { useAction } from '../controls/action.ts'
import { useLatchkey } from '../provider/context.ts'

/** Signs this device out. If the service cannot be told, the user stays signed in, and `error` says so. */
export function useSignOut() {
  const client = useLatchkey()
  return useAction({ task: () => client.signOut() })
}
