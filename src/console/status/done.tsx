import type { ReactNode } from 'react'
import { Check } from '../controls/icons.tsx'

/** The result of an action. The region exists before it has text, so that a screen reader announces the text. */
export function Done({ children }: { children: ReactNode }) {
  return (
    <div role="status">
      {children !== '' && (
        <p className="note good">
          <Check size={18} />
          <span>{children}</span>
        </p>
      )}
    </div>
  )
}
