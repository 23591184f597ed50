import { Component, type ReactNode } from 'react'

type Props = { children: ReactNode }

/**
 * What is left of a page that failed: its code could not be loaded, say, since the service is away or has a new build.
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
          <h1>This page could not be shown</h1>
          <p>You are still signed in. Load it again in a moment.</p>
          <button type="button" onClick={() => location.reload()}>
            Load again
          </button>
        </div>
      </header>
    )
  }
}
