import { type ReactNode, type RefObject, useId } from 'react'
import { Heading, type HeadingLevel } from './heading.tsx'

type AccountFormProps = {
  className: string
  title: string
  /** Null: the page has its own heading. */
  headingLevel: HeadingLevel | null
  element: RefObject<HTMLFormElement | null>
  onSubmit: () => void
  /** Above the panel. */
  notice?: ReactNode
  /** Below the panel. */
  aside: ReactNode
  children: ReactNode
}

/** The panel in which users sign in or sign up. The fields check themselves, so that each error stands at its field. */
export function AccountForm({ headingLevel, element, onSubmit, ...props }: AccountFormProps) {
  const title = useId()
  return (
    <section
      className={`lk ${props.className}`}
      {...(headingLevel === null ? {} : { 'aria-labelledby': title })}
    >
      {props.notice}
      <form
        className="lk-panel lk-stack"
        noValidate
        ref={element}
        onSubmit={event => {
          event.preventDefault()
          onSubmit()
        }}
      >
        {headingLevel !== null && (
          <Heading level={headingLevel} id={title}>
            {props.title}
          </Heading>
        )}
        {props.children}
      </form>
      {props.aside}
    </section>
  )
}
