import { execFile } from 'node:child_process'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { findProgram } from '../../support/debian-program.ts'
import { documentedMetrics } from '../../support/metrics-table.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const folder = join(root, 'deploy', 'prometheus')
const promtool = await findProgram('promtool', { package: 'prometheus' })

/** The base that the head of the rules says how to replace. */
const runbooks = 'https://latchkey.dev/docs/operate/runbooks.md'

type Rule = { alert: string; annotations: { runbook_url: string } }

async function read(...path: string[]): Promise<string> {
  return await readFile(join(root, ...path), 'utf8')
}

async function rules(): Promise<Rule[]> {
  const file: { groups: { rules: Rule[] }[] } = parse(
    await read('deploy', 'prometheus', 'latchkey-alerts.yml'),
  )
  return file.groups.flatMap(group => group.rules)
}

describe('the alerts', () => {
  it.skipIf(promtool.kind === 'none')(
    `fire when they should, and not before, as promtool sees it${promtool.kind === 'none' ? ` (skipped: ${promtool.reason})` : ''}`,
    async () => {
      const path = promtool.kind === 'found' ? promtool.path : ''
      const run = (...args: string[]) => promisify(execFile)(path, args, { cwd: folder })
      expect((await run('check', 'rules', 'latchkey-alerts.yml')).stdout).toContain('SUCCESS: 12 rules found')
      expect((await run('test', 'rules', 'latchkey-alerts.test.yml')).stdout).toContain('SUCCESS')
    },
    120_000,
  )

  it.skipIf(promtool.kind === 'none')(
    'have a dashboard beside them whose queries promtool can read',
    async () => {
      const dashboard: { panels: { targets?: { expr: string }[] }[] } = JSON.parse(
        await read('deploy', 'grafana', 'latchkey.json'),
      )
      const queries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
      const asRules = queries.map((expr, index) => ({
        record: `query_${index}`,
        expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$job', 'latchkey'),
      }))
      const file = join(await mkdtemp(join(tmpdir(), 'latchkey-dashboard-')), 'queries.yml')
      await writeFile(file, stringify({ groups: [{ name: 'dashboard', rules: asRules }] }))
      const path = promtool.kind === 'found' ? promtool.path : ''
      const { stdout } = await promisify(execFile)(path, ['check', 'rules', file])
      expect(stdout).toContain(`SUCCESS: ${queries.length} rules found`)
    },
  )

  it('are each seen to fire and to be quiet in the tests of the rules', async () => {
    const file: { tests: { alert_rule_test: { alertname: string; exp_alerts?: unknown[] }[] }[] } = parse(
      await read('deploy', 'prometheus', 'latchkey-alerts.test.yml'),
    )
    const seen = file.tests.flatMap(test => test.alert_rule_test)
    for (const { alert } of await rules()) {
      const own = seen.filter(({ alertname }) => alertname === alert)
      expect([alert, own.some(each => each.exp_alerts), own.some(each => !each.exp_alerts)]).toEqual([
        alert,
        true,
        true,
      ])
    }
  })

  it('have a runbook each, to which `runbook_url` is an absolute link, and no runbook is without an alert', async () => {
    const text = await read('docs', 'operate', 'runbooks.md')
    const headings = [...text.matchAll(/^## (\w+)$/gm)].map(([, heading]) => heading)
    const all = await rules()
    expect(headings).toEqual(all.map(({ alert }) => alert))
    for (const { alert, annotations } of all) {
      expect(annotations.runbook_url).toBe(`${runbooks}#${alert.toLowerCase()}`)
    }
  })

  it('ask only for metrics that there are, and so do the dashboard and the runbooks', async () => {
    const { own, process } = await documentedMetrics()
    const known = new Set([...own.map(({ name }) => name), ...process])
    const named = async (...path: string[]) => {
      const text = await read(...path)
      return [...text.matchAll(/\b(latchkey|nodejs|process)_[a-z0-9_]+\b/g)].map(([name]) =>
        name.replace(/_bucket$/, ''),
      )
    }
    const dashboard = await named('deploy', 'grafana', 'latchkey.json')
    const others = [
      ...(await named('deploy', 'prometheus', 'latchkey-alerts.yml')),
      ...(await named('deploy', 'prometheus', 'latchkey-alerts.test.yml')),
      ...(await named('docs', 'operate', 'runbooks.md')),
    ]
    expect(others.length).toBeGreaterThan(20)
    expect([...dashboard, ...others].filter(name => !known.has(name))).toEqual([])
    // Whatever Latchkey counts can be looked at.
    expect(own.map(({ name }) => name).filter(name => !dashboard.includes(name))).toEqual([])
  })
})
