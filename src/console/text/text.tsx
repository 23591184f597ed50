import { createText, type Text } from '@latchkey/react/parts'
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import { en } from '../messages/en.ts'
import {
  type ConsoleCatalog,
  currentLanguage,
  type Language,
  loadCatalog,
  rememberLanguage,
} from './languages.ts'

type Spoken = Text<typeof en> & { language: Language; setLanguage: (language: Language) => void }

const Context = createContext<Spoken | null>(null)

type Props = { children: (catalog: ConsoleCatalog) => ReactNode }

/** Shows nothing until the catalog is there: a page that changes its language a moment later is worse. */
export function LanguageProvider({ children }: Props) {
  const [language, setLanguage] = useState(currentLanguage)
  const [catalog, setCatalog] = useState<ConsoleCatalog | null>(
    language === 'en' ? { locale: navigator.languages[0] ?? 'en', messages: {} } : null,
  )
  useEffect(() => {
    let isCurrent = true
    void loadCatalog(language).then(loaded => {
      if (isCurrent) setCatalog(loaded)
    })
    return () => {
      isCurrent = false
    }
  }, [language])
  useEffect(() => {
    if (catalog !== null) document.documentElement.lang = catalog.locale
  }, [catalog])
  const spoken = useMemo(
    () =>
      catalog === null
        ? null
        : {
            ...createText(en, catalog),
            language,
            setLanguage(next: Language) {
              rememberLanguage(next)
              setLanguage(next)
            },
          },
    [catalog, language],
  )
  if (spoken === null || catalog === null) return null
  return <Context value={spoken}>{children(catalog)}</Context>
}

/** The texts of the console, in the language of the user. */
export function useText(): Spoken {
  const spoken = useContext(Context)
  if (spoken === null) throw new Error('useText needs a LanguageProvider around it')
  return spoken
}
