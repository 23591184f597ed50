import type { Catalog } from '@latchkey/react/parts'
import type { en } from '../messages/en.ts'

export type ConsoleCatalog = Catalog<typeof en>

/** The languages of the console, by their own names. */
export const languages = {
  en: 'English',
  de: 'Deutsch',
  fr: 'Français',
  es: 'Español',
  ja: '日本語',
} as const

export type Language = keyof typeof languages

/** Each is a file of its own, so a user loads only one. English comes with the page. */
const loaders: Record<Language, () => Promise<ConsoleCatalog['messages']>> = {
  en: async () => ({}),
  de: async () => (await import('../messages/de.ts')).de,
  fr: async () => (await import('../messages/fr.ts')).fr,
  es: async () => (await import('../messages/es.ts')).es,
  ja: async () => (await import('../messages/ja.ts')).ja,
}

const storageKey = 'latchkey:language'

function isLanguage(name: string | null | undefined): name is Language {
  return name !== null && name !== undefined && Object.hasOwn(languages, name)
}

/** Pure: what the user has chosen, else the first of the browser's languages that there is, else English. */
export function languageOf(chosen: string | null, preferred: readonly string[]): Language {
  if (isLanguage(chosen)) return chosen
  return preferred.map(baseOf).find(isLanguage) ?? 'en'
}

/** Pure: with the region that the browser prefers for this language, which decides how dates are written. */
export function localeOf(language: Language, preferred: readonly string[]): string {
  return preferred.find(tag => baseOf(tag) === language) ?? language
}

function baseOf(tag: string): string {
  return tag.split('-')[0]?.toLowerCase() ?? ''
}

export function currentLanguage(): Language {
  return languageOf(stored(), navigator.languages)
}

/** Where a browser forbids the storage, the choice lasts until the page is left. */
export function rememberLanguage(language: Language): void {
  try {
    localStorage.setItem(storageKey, language)
  } catch {}
}

function stored(): string | null {
  try {
    return localStorage.getItem(storageKey)
  } catch {
    return null
  }
}

/** A catalog that does not arrive, for example in an outage, leaves the page in English. */
export async function loadCatalog(language: Language): Promise<ConsoleCatalog> {
  try {
    return { locale: localeOf(language, navigator.languages), messages: await loaders[language]() }
  } catch {
    return { locale: 'en', messages: {} }
  }
}
