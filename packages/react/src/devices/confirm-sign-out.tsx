import type { DeviceSession } from '@latchkey/client'
import { useAction } from '../controls/action.ts'
import { Confirm } from '../controls/dialog.tsx'
import { useText } from '../text/text.tsx'
import { nameOf } from './device.tsx'
import { useSessionManagement } from './management.ts'

type Props = {
  which: DeviceSession | 'others'
  /** The number of other devices. */
  count: number
  /** Receives the result, in words. */
  onDone: (words: string) => void
  onClose: () => void
}

export function ConfirmSignOut({ which, count, onDone, onClose }: Props) {
  return which === 'others' ? (
    <ConfirmOthers count={count} onDone={onDone} onClose={onClose} />
  ) : (
    <ConfirmOne session={which} onDone={onDone} onClose={onClose} />
  )
}

type One = Pick<Props, 'onDone' | 'onClose'> & { session: DeviceSession }

function ConfirmOne({ session, onDone, onClose }: One) {
  const words = useText()
  const { text } = words
  const { revokeSession } = useSessionManagement()
  const device = nameOf(session, words)
  const revoke = useAction({
    task: () => revokeSession(session.id),
    onSuccess: () => {
      onDone(text('devices.done-one', { device }))
      onClose()
    },
  })
  return (
    <Confirm
      title={text('devices.confirm-one', { device })}
      action={text('devices.confirm-one-action')}
      isBusy={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.run()}
      onCancel={onClose}
    >
      <p>{text('devices.confirm-one-effect')}</p>
    </Confirm>
  )
}

function ConfirmOthers({ count, onDone, onClose }: Omit<Props, 'which'>) {
  const { text } = useText()
  const { revokeOthers } = useSessionManagement()
  const revoke = useAction({
    task: () => revokeOthers(),
    onSuccess: () => {
      onDone(text('devices.done-others'))
      onClose()
    },
  })
  return (
    <Confirm
      title={text('devices.confirm-others')}
      action={text('devices.confirm-others-action', { count })}
      isBusy={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.run()}
      onCancel={onClose}
    >
      <p>{text('devices.confirm-others-effect')}</p>
    </Confirm>
  )
}
