import { Component, type ReactNode } from 'react'

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
    if (!this.state.failed) return this.props.children
    return (
      <header className="page-head">
        <div role="alert">
          <h1>This page couldn’t be loaded</h1>
          <p>You’re still signed in. Try again in a moment.</p>
          <button type="button" onClick={() => location.reload()}>
            Reload
          </button>
        </div>
      </header>
    )
  }
}
