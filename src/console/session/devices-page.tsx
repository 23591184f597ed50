import { Devices } from '@latchkey/react'

/** A device that was signed out elsewhere disappears within seconds. */
const pollMs = 2_500

export function DevicesPage() {
  return <Devices headingLevel={1} pollMs={pollMs} />
}
