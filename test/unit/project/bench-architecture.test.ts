import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cruise, type ICruiseResult, type IFlattenedRuleSet } from 'dependency-cruiser'
import { describe, expect, it } from 'vitest'

/** Folders whose code is run by developers only; the rules of `src/` are in `architecture.test.ts`. */
const folders = ['bench', 'scripts', 'test']
const mostFiles = 15
const mostLines = 250

const rules: IFlattenedRuleSet = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: { path: '^(bench|scripts|test)/' },
      to: { circular: true },
    },
    {
      name: 'the-service-needs-no-tools',
      severity: 'error',
      from: { path: '^(src|packages)/' },
      to: { path: '^(bench|scripts|test)/' },
    },
    {
      name: 'tools-need-no-tests',
      severity: 'error',
      from: { path: '^(bench|scripts)/' },
      to: { path: '^test/' },
    },
    {
      name: 'a-test-needs-no-other-test',
      severity: 'error',
      from: { path: '^test/' },
      to: { path: '\\.test\\.tsx?$' },
    },
  ],
}

async function violations(ruleSet: IFlattenedRuleSet): Promise<string[]> {
  const { output } = await cruise(folders, {
    ruleSet,
    validate: true,
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
  })
  const result: ICruiseResult = typeof output === 'string' ? JSON.parse(output) : output
  expect(result.summary.totalDependenciesCruised).toBeGreaterThan(500)
  return result.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)
}

/** Without what is installed or compiled there. */
function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
    .filter(file => !/\/(node_modules|dist)\//.test(file))
}

describe('bench, scripts and test', () => {
  it('import without cycles, and no other test', async () => {
    expect(await violations(rules)).toEqual([])
  })
})

describe('bench and scripts', () => {
  const tools = ['bench', 'scripts'].flatMap(sourcesIn)

  it(`have at most ${mostFiles} source files in a folder`, () => {
    const places = tools.map(file => dirname(file))
    const counts = new Map(places.map(folder => [folder, places.filter(place => place === folder).length]))
    expect([...counts].filter(([, count]) => count > mostFiles)).toEqual([])
  })

  it(`have at most ${mostLines} lines in a file`, () => {
    const lengths = tools.map(file => ({ file, lines: readFileSync(file, 'utf8').split('\n').length - 1 }))
    expect(lengths.filter(({ lines }) => lines > mostLines)).toEqual([])
  })
})
