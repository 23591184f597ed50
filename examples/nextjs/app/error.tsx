'use client'

export default function ErrorPage({ reset }: { reset: () => void }) {
  return (
    <p role="alert">
      This page is unavailable right now. You are still signed in.{' '}
      <button type="button" onClick={reset}>
        Try again
      </button>
    </p>
  )
}
