import type { Message } from '../src/text/format.ts'

type Texts = Readonly<Record<string, Message>>

/** Keys that no source names, neither in full nor by a template whose beginning they share. */
export function unusedKeys(keys: readonly string[], sources: readonly string[]): string[] {
  const text = sources.join('\n')
  const named = new Set(text.match(/(?<=['"])[a-z][\w.-]*(?=['"])/g))
  const beginnings = [...text.matchAll(/`([a-z][\w.-]*\.)\$\{/g)].map(([, beginning = '']) => beginning)
  return keys.filter(key => !named.has(key) && !beginnings.some(beginning => key.startsWith(beginning)))
}

/** Keys whose placeholders differ from the English ones. Forms of one plural may leave the number out. */
export function placeholderFaults(english: Texts, translated: Texts): string[] {
  return Object.entries(english).flatMap(([key, message]) => {
    const [expected, found] = [namesIn(message), namesIn(translated[key] ?? '')]
    return expected === found ? [] : [`${key}: ${expected}, ${found}`]
  })
}

function namesIn(message: Message): string {
  const texts = typeof message === 'string' ? [message] : Object.values(message)
  const names = texts.flatMap(text => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))
  return [...new Set(names)].sort().join(' ')
}

/** Plural messages that lack a form for one of the numbers up to 1,000. */
export function pluralFaults(locale: string, english: Texts, translated: Texts): string[] {
  const rules = new Intl.PluralRules(locale)
  const needed = new Set(Array.from({ length: 1_000 }, (_, count) => rules.select(count)))
  return Object.entries(english).flatMap(([key, message]) => {
    if (typeof message === 'string') return []
    const forms = translated[key] ?? ''
    const missing = [...needed].filter(form => typeof forms === 'string' || !Object.hasOwn(forms, form))
    return missing.map(form => `${key} lacks ${form}`)
  })
}
