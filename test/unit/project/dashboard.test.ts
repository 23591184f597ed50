import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

type Panel = {
  id: number
  type: string
  title: string
  description?: string
  gridPos: { x: number; y: number; w: number; h: number }
  fieldConfig?: { defaults: { unit?: string; thresholds?: { steps: { value: number | null }[] } } }
  targets?: { refId: string; expr: string }[]
}

const root = new URL('../../../', import.meta.url)
const dashboard: { panels: Panel[] } = JSON.parse(
  await readFile(new URL('deploy/grafana/latchkey.json', root), 'utf8'),
)
const { panels } = dashboard
const charts = panels.filter(({ type }) => type !== 'row')
/** Those that come with Grafana, for numbers. */
const units = ['short', 's', 'bytes', 'ops', 'reqps', 'percentunit']

describe('the Grafana dashboard', () => {
  it('begins with a row that answers "is it healthy?", in which every alert about the whole has its figure', async () => {
    const [health, ...rest] = panels
    const stats = rest.slice(
      0,
      rest.findIndex(({ type }) => type === 'row'),
    )
    expect([health?.type, health?.title]).toEqual(['row', 'Health'])
    expect(stats.length).toBeGreaterThanOrEqual(8)
    for (const { title, type, fieldConfig } of stats) {
      expect([title, type]).toEqual([title, 'stat'])
      expect(fieldConfig?.defaults.thresholds?.steps.length).toBeGreaterThanOrEqual(2)
    }
    const rules: { groups: { rules: { alert: string }[] }[] } = parse(
      await readFile(new URL('deploy/prometheus/latchkey-alerts.yml', root), 'utf8'),
    )
    const alerts = rules.groups.flatMap(group => group.rules.map(({ alert }) => alert))
    const named = charts.flatMap(({ description = '' }) => description.match(/Latchkey[A-Z]\w+/g) ?? [])
    expect(named.filter(name => !alerts.includes(name))).toEqual([])
  })

  it('has a title, a description, a unit and a query in every panel', () => {
    for (const { title, description, fieldConfig, targets = [] } of charts) {
      expect(title).toMatch(/^[A-Z5]/)
      expect([title, description?.endsWith('.')]).toEqual([title, true])
      expect(units).toContain(fieldConfig?.defaults.unit)
      expect([title, targets.length > 0]).toEqual([title, true])
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length)
    }
  })

  it('has panels with ids of their own that fit into the 24 columns and do not overlap', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    const taken = new Set<string>()
    for (const { title, gridPos } of panels) {
      expect([title, gridPos.x >= 0 && gridPos.x + gridPos.w <= 24]).toEqual([title, true])
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x},${y}`)).toBe(false)
          taken.add(`${x},${y}`)
        }
      }
    }
  })
})
