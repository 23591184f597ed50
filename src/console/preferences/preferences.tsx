import { useId, useState } from 'react'
import { settings } from '../shell/settings.ts'
import { type Language, languages } from '../text/languages.ts'
import { useText } from '../text/text.tsx'
import { currentTheme, setTheme, type Theme, themes } from './theme.ts'

/** Language and theme, remembered in this browser, and the links of the operator. */
export function Preferences() {
  const { text } = useText()
  const [{ supportUrl, privacyUrl }] = useState(settings)
  return (
    <footer className="preferences">
      <LanguageChoice />
      <ThemeChoice />
      {supportUrl !== null && <a href={supportUrl}>{text('shell.support')}</a>}
      {privacyUrl !== null && <a href={privacyUrl}>{text('shell.privacy')}</a>}
    </footer>
  )
}

function LanguageChoice() {
  const { text, language, setLanguage } = useText()
  const names = Object.keys(languages).filter((name): name is Language => Object.hasOwn(languages, name))
  return (
    <Choice
      label={text('shell.language')}
      value={language}
      options={names.map(name => [name, languages[name]] as const)}
      onValue={setLanguage}
    />
  )
}

function ThemeChoice() {
  const { text } = useText()
  const [theme, setChosen] = useState(currentTheme)
  const choose = (next: Theme) => {
    setTheme(next)
    setChosen(next)
  }
  return (
    <Choice
      label={text('shell.theme')}
      value={theme}
      options={themes.map(name => [name, text(`shell.theme.${name}`)] as const)}
      onValue={choose}
    />
  )
}

type ChoiceProps<Value extends string> = {
  label: string
  value: Value
  options: readonly (readonly [Value, string])[]
  onValue: (value: Value) => void
}

function Choice<Value extends string>({ label, value, options, onValue }: ChoiceProps<Value>) {
  const id = useId()
  return (
    <span className="preference">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value}
        onChange={event => {
          const chosen = options.find(([option]) => option === event.target.value)
          if (chosen !== undefined) onValue(chosen[0])
        }}
      >
        {options.map(([option, name]) => (
          <option key={option} value={option}>
            {name}
          </option>
        ))}
      </select>
    </span>
  )
}
