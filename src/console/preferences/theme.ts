export const themes = ['system', 'light', 'dark'] as const

export type Theme = (typeof themes)[number]

/** `public/theme.js` reads the same key before the page is drawn. */
const storageKey = 'latchkey:theme'

export function currentTheme(): Theme {
  const set = document.documentElement.dataset['theme']
  return themes.find(theme => theme === set) ?? 'system'
}

/** Where a browser forbids the storage, the choice lasts until the page is left. */
export function setTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
  try {
    localStorage.setItem(storageKey, theme)
  } catch {}
}
