import type { DeviceSession } from '@latchkey/client'
import { Laptop, Phone, Robot, Tablet, Unknown } from '../controls/icons.tsx'

type Device = DeviceSession['device']

const icons = { desktop: Laptop, mobile: Phone, tablet: Tablet, bot: Robot, unknown: Unknown }

export function DeviceIcon({ type, size = 24 }: { type: Device['type']; size?: number }) {
  const Icon = icons[type]
  return <Icon size={size} />
}

/** "Chrome on macOS", as far as it is known; null: nothing is. */
export function knownDevice({ browser, os }: Pick<Device, 'browser' | 'os'>): string | null {
  if (browser !== null && os !== null) return `${browser} on ${os}`
  return browser ?? os
}

export function deviceInWords(device: Pick<Device, 'browser' | 'os'>): string {
  return knownDevice(device) ?? 'Unknown device'
}

export function nameOf({ deviceName, device }: Pick<DeviceSession, 'deviceName' | 'device'>): string {
  return deviceName ?? deviceInWords(device)
}

const ownNames: Record<Device['type'], readonly string[]> = {
  desktop: ['Work laptop', 'Home computer'],
  mobile: ['My phone', 'Work phone'],
  tablet: ['My tablet', 'Family tablet'],
  bot: [],
  unknown: ['My computer', 'My phone'],
}

/** What users call such a device. */
export function suggestedNames({ type }: Pick<Device, 'type'>): readonly string[] {
  return ownNames[type]
}
