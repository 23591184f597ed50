import type { DeviceSession } from '@latchkey/client'
import { Laptop, Phone, Robot, Tablet, Unknown } from '../controls/icons.tsx'

type Device = DeviceSession['device']

const icons = { desktop: Laptop, mobile: Phone, tablet: Tablet, bot: Robot, unknown: Unknown }

export function DeviceIcon({ type, size = 24 }: { type: Device['type']; size?: number }) {
  const Icon = icons[type]
  return <Icon size={size} />
}

/** "Chrome on macOS", as far as it is known. */
export function deviceInWords({ browser, os }: Pick<Device, 'browser' | 'os'>): string {
  if (browser !== null && os !== null) return `${browser} on ${os}`
  return browser ?? os ?? 'Unknown device'
}

export function nameOf({ deviceName, device }: Pick<DeviceSession, 'deviceName' | 'device'>): string {
  return deviceName ?? deviceInWords(device)
}
