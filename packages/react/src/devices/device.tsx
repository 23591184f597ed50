import type { DeviceSession } from '@latchkey/client'
import { Laptop, Phone, Robot, Tablet, Unknown } from '../controls/icons.tsx'
import type { en } from '../messages/en.ts'
import type { Text } from '../text/format.ts'

type Device = DeviceSession['device']
type Words = Pick<Text<typeof en.messages>, 'text'>

const icons = { desktop: Laptop, mobile: Phone, tablet: Tablet, bot: Robot, unknown: Unknown }

export function DeviceIcon({ type, size = 24 }: { type: Device['type']; size?: number }) {
  const Icon = icons[type]
  return <Icon size={size} />
}

/** "Chrome on macOS", as far as it is known; null: nothing is. */
export function knownDevice({ browser, os }: Pick<Device, 'browser' | 'os'>, { text }: Words): string | null {
  if (browser !== null && os !== null) return text('device.described', { browser, os })
  return browser ?? os
}

export function deviceText(device: Pick<Device, 'browser' | 'os'>, words: Words): string {
  return knownDevice(device, words) ?? words.text('device.unknown')
}

export function nameOf(
  { deviceName, device }: Pick<DeviceSession, 'deviceName' | 'device'>,
  words: Words,
): string {
  return deviceName ?? deviceText(device, words)
}

const suggestions = {
  desktop: ['device.suggest.work-laptop', 'device.suggest.home-computer'],
  mobile: ['device.suggest.my-phone', 'device.suggest.work-phone'],
  tablet: ['device.suggest.my-tablet', 'device.suggest.family-tablet'],
  bot: [],
  unknown: ['device.suggest.my-computer', 'device.suggest.my-phone'],
} as const

/** What users call such a device. */
export function suggestedNames({ type }: Pick<Device, 'type'>, { text }: Words): readonly string[] {
  return suggestions[type].map(key => text(key))
}
