import { type ComponentProps, createElement } from 'react'

/** Where the component stands in the outline of the page. */
export type HeadingLevel = 1 | 2 | 3 | 4 | 5 | 6

export function Heading({ level, ...props }: ComponentProps<'h2'> & { level: HeadingLevel }) {
  return createElement(`h${level}`, props)
}

export function below(level: HeadingLevel): HeadingLevel {
  const next: Record<HeadingLevel, HeadingLevel> = { 1: 2, 2: 3, 3: 4, 4: 5, 5: 6, 6: 6 }
  return next[level]
}
