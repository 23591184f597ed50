import { icons } from '@latchkey/react/parts'
import { useState } from 'react'
import { settings } from '../shell/settings.ts'

/** The logo of the operator, or the mark of Latchkey. Beside the name, which says the same. */
export function Mark({ isSmall = false }: { isSmall?: boolean }) {
  const [{ logo }] = useState(settings)
  if (logo !== null) return <img className={isSmall ? 'logo small' : 'logo'} src={logo} alt="" />
  return (
    <span className={isSmall ? 'mark small' : 'mark'}>
      <icons.Key size={isSmall ? 18 : 26} />
    </span>
  )
}
