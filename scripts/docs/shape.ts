import type { Answer } from './blocks.ts'

/**
 * How what was printed differs from what a page shows; null when it has that shape. Everything is to be the same, but
 * for what differs from run to run: ids, times, numbers in JSON, and whatever the page shows as `…`. A list in JSON
 * that ends with "…" may go on.
 */
export function difference({ language, text }: Answer, printed: string): string | null {
  if (language !== 'json') return inLines(text.split('\n'), printed.trimEnd().split('\n'))
  let value: unknown
  try {
    value = JSON.parse(printed)
  } catch {
    return `this is no JSON: ${printed.trim() || '(nothing)'}`
  }
  return inJson(JSON.parse(text), value, '')
}

function inLines(shown: readonly string[], printed: readonly string[]): string | null {
  const at = shown.findIndex((line, index) => !pattern(line.trimEnd()).test(printed[index]?.trimEnd() ?? ''))
  if (at >= 0) return `${shown[at]} is shown, and this was printed: ${printed[at] ?? '(nothing)'}`
  if (printed.length === shown.length) return null
  return `this was printed besides: ${printed[shown.length]}`
}

function inJson(shown: unknown, printed: unknown, path: string): string | null {
  if (Array.isArray(shown) && Array.isArray(printed)) return inList(shown, printed, path)
  if (isObject(shown) && isObject(printed)) return inObject(shown, printed, path)
  const isAlike =
    typeof shown === 'string' && typeof printed === 'string'
      ? pattern(shown).test(printed)
      : shown === printed || (typeof shown === 'number' && typeof printed === 'number')
  return isAlike ? null : `${path || '/'}: ${text(shown)} is shown, and this was printed: ${text(printed)}`
}

function inList(shown: readonly unknown[], printed: readonly unknown[], path: string): string | null {
  const mayGoOn = shown.at(-1) === '…'
  const items = mayGoOn ? shown.slice(0, -1) : shown
  if (mayGoOn ? printed.length < items.length : printed.length !== items.length) {
    return `${path || '/'}: ${shown.length} are shown, and ${printed.length} were printed`
  }
  return first(items.map((item, index) => inJson(item, printed[index], `${path}/${index}`)))
}

function inObject(
  shown: Record<string, unknown>,
  printed: Record<string, unknown>,
  path: string,
): string | null {
  const unknown = Object.keys(printed).find(key => !(key in shown))
  if (unknown !== undefined) return `${path}/${unknown} was printed and is not shown`
  return first(Object.entries(shown).map(([key, part]) => inJson(part, printed[key], `${path}/${key}`)))
}

const first = (differences: readonly (string | null)[]) => differences.find(each => each !== null) ?? null

const varying = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+Z|…/g

function pattern(shown: string): RegExp {
  const fixed = shown.split(varying).map(part => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const between = [...shown.matchAll(varying)].map(([part]) => {
    if (part === '…') return '.*'
    return part.includes('T')
      ? '\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z'
      : '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
  })
  return new RegExp(`^${fixed.map((part, index) => part + (between[index] ?? '')).join('')}$`, 's')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const text = (value: unknown) => JSON.stringify(value) ?? 'nothing'
