import { createElement, Fragment, type ReactNode } from 'react'

/** One text for each plural category of the language (Unicode CLDR), chosen by the number `count`. */
export type Plural = { other: string } & Partial<Record<Exclude<Intl.LDMLPluralRule, 'other'>, string>>

/** `{name}` is a placeholder. Plain data, so that a server component can hand it to a client component. */
export type Message = string | Plural

export type Messages = Readonly<Record<string, Message>>

/** The texts of one language. What is missing is in English. `locale`: a BCP 47 tag, also for dates and numbers. */
export type Catalog<English extends Messages> = {
  locale: string
  messages: { readonly [Key in keyof English]?: Message }
}

type NamesIn<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never

type NamesOf<M> = M extends string ? NamesIn<M> : M extends Plural ? 'count' | NamesIn<M[keyof M]> : never

type Arguments<M, Value> = [NamesOf<M>] extends [never] ? [] : [values: Record<NamesOf<M>, Value>]

type Scalar = string | number

/** The keys of texts without placeholders. */
export type PlainKey<English extends Messages> = {
  [Key in keyof English]: [NamesOf<English[Key]>] extends [never] ? Key : never
}[keyof English]

export type Text<English extends Messages> = {
  locale: string
  /** The text for a key, with its placeholders filled in. Numbers are written as the language writes them. */
  text<Key extends keyof English>(key: Key, ...values: Arguments<English[Key], Scalar>): string
  /** The same, where a placeholder stands for an element. */
  rich<Key extends keyof English>(key: Key, ...values: Arguments<English[Key], ReactNode>): ReactNode
}

const placeholder = /\{(\w+)\}/

export function createText<English extends Messages>(
  english: English,
  { locale, messages }: Catalog<English>,
): Text<English> {
  const numbers = new Intl.NumberFormat(locale)
  const plurals = new Intl.PluralRules(locale)
  const englishPlurals = new Intl.PluralRules('en')

  /** Alternates between texts and the names of placeholders, and ends with a text. */
  function partsOf(key: keyof English, count: unknown): string[] {
    const translated = messages[key]
    const message = translated ?? english[key]
    if (message === undefined) return [String(key)]
    if (typeof message === 'string') return message.split(placeholder)
    const rules = translated === undefined ? englishPlurals : plurals
    const category = rules.select(typeof count === 'number' ? count : 0)
    return (message[category] ?? message.other).split(placeholder)
  }

  function fill<Value>(key: keyof English, values: Readonly<Record<string, Value>> = {}): (string | Value)[] {
    return partsOf(key, values['count']).map((part, index) => {
      if (index % 2 === 0) return part
      const value = values[part]
      if (typeof value === 'number') return numbers.format(value)
      return value ?? ''
    })
  }

  return {
    locale,
    text: (key: keyof English, values?: Readonly<Record<string, Scalar>>) => fill(key, values).join(''),
    rich: (key: keyof English, values?: Readonly<Record<string, ReactNode>>) =>
      createElement(Fragment, null, ...fill(key, values)),
  }
}
