/** As large as the charts, so that nothing moves when they arrive. */
export function ChartsSkeleton() {
  return (
    <div className="halves" aria-hidden="true">
      {['sign-ins', 'refreshes', 'revocations', 'lockouts'].map(chart => (
        <div key={chart} className="chart lk-panel skeleton" />
      ))}
    </div>
  )
}
