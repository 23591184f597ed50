import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

/** `colour` is a variable of the stylesheet, without its dashes. */
export type Series = { label: string; colour: string; values: readonly number[] }

type Props = {
  title: string
  /** Seconds since the epoch, one for each value. */
  times: readonly number[]
  series: readonly Series[]
}

const height = 170

/** Lines over time. What they show is also told in words, for those who cannot see them. */
export function Chart({ title, times, series }: Props) {
  const place = useRef<HTMLDivElement>(null)

  useEffect(() => {
    const element = place.current
    if (element === null) return
    let plot: uPlot
    const draw = () => {
      plot?.destroy()
      const data: uPlot.AlignedData = [[...times], ...series.map(({ values }) => [...values])]
      plot = new uPlot(optionsOf(element, series), data, element)
    }
    draw()
    const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }))
    const darkness = matchMedia('(prefers-color-scheme: dark)')
    resized.observe(element)
    darkness.addEventListener('change', draw)
    return () => {
      resized.disconnect()
      darkness.removeEventListener('change', draw)
      plot.destroy()
    }
  }, [times, series])

  const sums = series.map(({ label, values }) => `${label} ${sum(values)}`)
  return (
    <figure className="chart panel">
      <figcaption>
        <h3>{title}</h3>
        <ul className="legend">
          {series.map(({ label, colour, values }) => (
            <li key={label}>
              <span className={`swatch ${colour}`} />
              {label} <strong className="figures">{sum(values)}</strong>
            </li>
          ))}
        </ul>
      </figcaption>
      <div ref={place} role="img" aria-label={`${title}: ${sums.join(', ')} in all`} />
    </figure>
  )
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** A canvas knows no variables of a stylesheet, so they are looked up. */
function optionsOf(element: HTMLElement, series: readonly Series[]): uPlot.Options {
  const style = getComputedStyle(element)
  const resolve = (name: string) => {
    const probe = document.createElement('span')
    probe.className = `swatch ${name}`
    element.append(probe)
    const colour = getComputedStyle(probe).backgroundColor
    probe.remove()
    return colour
  }
  const grid = { stroke: resolve('line'), width: 1 }
  const axis = { stroke: style.color, grid, ticks: { show: false }, font: `11px ${style.fontFamily}` }
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 18, 0, 0],
    scales: { y: { range: (_plot, _least, most) => [0, Math.max(4, most * 1.15)] } },
    axes: [
      { ...axis, size: 26, space: 70, values: (_plot, splits) => splits.map(clockTime) },
      {
        ...axis,
        size: 34,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 100_000],
      },
    ],
    series: [
      {},
      ...series.map(({ label, colour }) => ({
        label,
        stroke: resolve(colour),
        width: 2,
        points: { show: false },
        fill: resolve(`${colour} faint`),
      })),
    ],
  }
}

const format = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hour12: false })

function clockTime(seconds: number): string {
  return format.format(seconds * 1000)
}
