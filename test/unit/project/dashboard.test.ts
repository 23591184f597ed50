import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
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
const text = await readFile(new URL('deploy/grafana/latchkey.json', root), 'utf8')
const dashboard: { panels: Panel[] } = JSON.parse(text)
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

  it('has the form that the types of Grafana itself describe', () => {
    expect(faultsIn(text)).toEqual([])
    expect(faultsIn(text.replace('"absolute"', '"absolut"'))).toEqual([
      expect.stringContaining('not assignable'),
    ])
  })
})

/** What TypeScript finds wrong with a dashboard. Enumerations are written as their values in JSON. */
function faultsIn(json: string): string[] {
  const { panels, ...rest } = JSON.parse(json)
  const source = `
    import type { Dashboard, Panel, RowPanel } from '@grafana/schema'
    import type { Options as Stat } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen'
    import type { FieldConfig, Options as TimeSeries } from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen'
    type Written<T> = T extends string ? \`\${T}\`
      : T extends (infer E)[] ? Written<E>[]
      : T extends object ? { [K in keyof T]: Written<T[K]> } : T
    type Drawn<Type, Options, Custom> = Omit<Panel, 'type' | 'options' | 'fieldConfig'> & {
      type: Type
      options: Partial<Options>
      fieldConfig: { overrides: []; defaults: Omit<NonNullable<Panel['fieldConfig']>['defaults'], 'custom'> & { custom?: Custom } }
    }
    type Known = RowPanel | Drawn<'stat', Stat, never> | Drawn<'timeseries', TimeSeries, Partial<FieldConfig>>
    export const panels: Written<Known>[] = ${JSON.stringify(panels)}
    export const rest: Written<Omit<Dashboard, 'panels'>> = ${JSON.stringify(rest)}`
  const name = fileURLToPath(new URL('test/unit/project/dashboard-as-source.ts', root))
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  }
  const host = ts.createCompilerHost(options)
  const { getSourceFile, fileExists } = host
  host.fileExists = file => file === name || fileExists(file)
  host.getSourceFile = (file, ...others) =>
    file === name ? ts.createSourceFile(file, source, ts.ScriptTarget.ES2022) : getSourceFile(file, ...others)
  const program = ts.createProgram([name], options, host)
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))
}
