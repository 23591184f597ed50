import { useEffect, useRef, useState } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useText } from '../../text/text.tsx'
import { scaleOf } from './chart-scale.ts'

/** `color` is a class of the stylesheet's swatches. */
export type Series = { label: string; color: string; values: readonly number[] }

type Props = {
  title: string
  /** Seconds since the epoch at which each step begins. */
  times: readonly number[]
  series: readonly Series[]
}

const height = 168

/**
 * Counts over time as bars. The current step is incomplete: it has a short bar, where a line would seem to fall. A label
 * says the same for screen readers.
 */
export function Chart({ title, times, series }: Props) {
  const { text, locale } = useText()
  const place = useRef<HTMLDivElement>(null)
  const [pointed, setPointed] = useState<number | null>(null)

  useEffect(() => {
    const element = place.current
    if (element === null) return
    let plot: uPlot
    const draw = () => {
      plot?.destroy()
      plot = new uPlot(optionsOf(element, series, locale, setPointed), stacked(times, series), element)
    }
    draw()
    const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }))
    const darkness = matchMedia('(prefers-color-scheme: dark)')
    const themed = new MutationObserver(draw)
    resized.observe(element)
    darkness.addEventListener('change', draw)
    themed.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => {
      resized.disconnect()
      darkness.removeEventListener('change', draw)
      themed.disconnect()
      plot.destroy()
    }
  }, [times, series, locale])

  const at = pointed === null ? undefined : times[pointed]
  const sums = series.map(({ label, values }) => `${label} ${sum(values)}`)
  const isEmpty = series.every(({ values }) => sum(values) === 0)
  return (
    <figure className="chart lk-panel">
      <figcaption>
        <h3>
          {title}
          {at !== undefined && <span className="at">{clockTime(at, locale)}</span>}
        </h3>
        <ul className="legend">
          {series.map(({ label, color, values }) => (
            <li key={label}>
              <span className={`swatch ${color}`} />
              {label}{' '}
              <strong className="lk-figures">
                {(pointed === null ? sum(values) : (values[pointed] ?? 0)).toLocaleString(locale)}
              </strong>
            </li>
          ))}
        </ul>
      </figcaption>
      {isEmpty ? (
        <p className="chart-empty">{text('chart.none')}</p>
      ) : (
        <div ref={place} role="img" aria-label={text('chart.summary', { title, totals: sums.join(', ') })} />
      )}
    </figure>
  )
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** The last series is drawn first and reaches to the top; the others are drawn in front of it. */
function stacked(times: readonly number[], series: readonly Series[]): uPlot.AlignedData {
  const heights: number[][] = []
  for (const { values } of series) {
    const below = heights.at(-1)
    heights.push(values.map((value, step) => value + (below?.[step] ?? 0)))
  }
  return [[...times], ...heights.toReversed()]
}

const bars = uPlot.paths.bars?.({ size: [1, 14, 1], gap: 1 })

function optionsOf(
  element: HTMLElement,
  series: readonly Series[],
  locale: string,
  onPoint: (step: number | null) => void,
): uPlot.Options {
  const style = getComputedStyle(element)
  const grid = { stroke: colorOf(element, 'line'), width: 1 }
  const axis = { stroke: style.color, ticks: { show: false }, font: `11px ${style.fontFamily}` }
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
    padding: [8, 18, 0, 0],
    scales: {
      // Half a step on each side, for the halves of the first and the last bar.
      x: { range: (plot, first, last) => widened(plot.data[0].length, first, last) },
      y: { range: (_plot, _least, most) => [0, scaleOf(most).top] },
    },
    axes: [
      {
        ...axis,
        size: 26,
        space: 64,
        grid: { show: false },
        values: (_plot, splits) => splits.map(seconds => clockTime(seconds, locale)),
      },
      {
        ...axis,
        grid,
        size: 38,
        splits: (_plot, _axis, _least, top) => scaleOf(top).ticks,
      },
    ],
    series: [
      {},
      ...series.toReversed().map(({ label, color }) => ({
        label,
        fill: colorOf(element, color),
        width: 0,
        points: { show: false },
        ...(bars !== undefined && { paths: bars }),
      })),
    ],
  }
}

function widened(steps: number, first: number, last: number): [number, number] {
  const halfStep = steps < 2 ? 0 : (last - first) / (steps - 1) / 2
  return [first - halfStep, last + halfStep]
}

/** A canvas cannot use the variables of a stylesheet, so they are looked up. */
function colorOf(element: HTMLElement, name: string): string {
  const probe = document.createElement('span')
  probe.className = `swatch ${name}`
  element.append(probe)
  const color = getComputedStyle(probe).backgroundColor
  probe.remove()
  return color
}

function clockTime(seconds: number, locale: string): string {
  const format = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  return format.format(seconds * 1000)
}
