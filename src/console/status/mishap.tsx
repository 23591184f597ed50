import { Button } from '@latchkey/react/parts'
import { Component, type ReactNode } from 'react'
import { useText } from '../text/text.tsx'

type Props = { children: ReactNode }

/**
 * Replaces a page that failed, for example because its code could not be loaded (an outage, or a new build).
 * Only a class can catch that (React, `getDerivedStateFromError`).
 */
export class Mishap extends Component<Props, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override render() {
    return this.state.failed ? <Failed /> : this.props.children
  }
}

function Failed() {
  const { text } = useText()
  return (
    <header className="page-head">
      <div role="alert">
        <h1>{text('shell.failed')}</h1>
        <p>{text('shell.failed-text')}</p>
        <Button onClick={() => location.reload()}>{text('shell.reload')}</Button>
      </div>
    </header>
  )
}
