/** In the place of what is still being asked for. */
export function Placeholder() {
  return (
    <div className="placeholder" role="status">
      <span className="hidden">Loading…</span>
      <div />
      <div />
      <div />
    </div>
  )
}
