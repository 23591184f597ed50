import type { ReactNode } from 'react'
import { Check } from '../controls/icons.tsx'

/** The result of an action. The region exists before it has text, so that a screen reader announces the text. */
export function Done({ children }: { children: ReactNode }) {
  return (
    <div role="status" className="lk-status">
      {children !== '' && (
        <p className="lk-note lk-good">
          <Check size={18} />
          <span>{children}</span>
        </p>
      )}
    </div>
  )
}
