/** A color in sRGB, each part from 0 to 255. */
export type Color = readonly [red: number, green: number, blue: number]

/** Null unless the text has the form `#1a2b3c`. */
export function readColor(text: string): Color | null {
  const [, red, green, blue] = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text) ?? []
  if (red === undefined || green === undefined || blue === undefined) return null
  return [Number.parseInt(red, 16), Number.parseInt(green, 16), Number.parseInt(blue, 16)]
}

export function writeColor(color: Color): string {
  return `#${color.map(part => Math.round(part).toString(16).padStart(2, '0')).join('')}`
}

/** `share` of the second color, the rest of the first. */
export function mix(first: Color, second: Color, share: number): Color {
  const part = (index: 0 | 1 | 2) => first[index] + (second[index] - first[index]) * share
  return [part(0), part(1), part(2)]
}

/** From 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrast(first: Color, second: Color): number {
  const [darker, lighter] = [luminance(first), luminance(second)].sort((a, b) => a - b)
  return ((lighter ?? 0) + 0.05) / ((darker ?? 0) + 0.05)
}

function luminance([red, green, blue]: Color): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

function linear(part: number): number {
  const share = part / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}

const step = 0.02

/** The color, moved towards another just far enough to be readable on a background. */
export function movedUntilReadable(color: Color, towards: Color, background: Color, least: number): Color {
  for (let share = 0; share < 1; share += step) {
    const moved = mix(color, towards, share)
    if (contrast(moved, background) >= least) return moved
  }
  return towards
}
