import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cruise, type ICruiseResult, type IFlattenedRuleSet } from 'dependency-cruiser'
import { describe, expect, it } from 'vitest'

/** From left to right: a room imports only from rooms to its left, types included. */
const rooms = [
  ['errors.ts', 'clock.ts', 'observability.ts', 'version.ts'],
  ['session'],
  ['security'],
  ['store'],
  ['config.ts', 'config', 'metrics.ts'],
  ['services.ts'],
  ['http', 'jobs'],
  ['app.ts', 'refuse.ts'],
  ['server.ts', 'cli', 'cli.ts', 'index.ts'],
]

/** What other programs take into theirs: on its own, so that nothing of the service comes along. */
const aside = ['fastify']

function pathOf(names: readonly string[]): string {
  return `^src/(${names.map(name => (name.endsWith('.ts') ? name.replace('.', '\\.') : `${name}/`)).join('|')})`
}

const rules: IFlattenedRuleSet = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: { path: '^src' }, to: { circular: true } },
    ...rooms.map((room, index) => ({
      name: `${room.join(', ')} imports only from its left`,
      severity: 'error' as const,
      from: { path: pathOf(room) },
      to: {
        path: pathOf(
          rooms
            .slice(index + 1)
            .flat()
            .concat('nothing'),
        ),
      },
    })),
    {
      name: 'what others take in is on its own',
      severity: 'error',
      from: { path: pathOf(aside) },
      to: { path: pathOf(rooms.flat()) },
    },
    {
      name: 'the service does without what others take in',
      severity: 'error',
      from: { path: pathOf(rooms.flat()) },
      to: { path: pathOf(aside) },
    },
    {
      name: 'sql-and-redis-only-in-the-store',
      severity: 'error',
      from: { path: '^src', pathNot: '^src/store/' },
      to: { path: 'node_modules/(pg|drizzle-orm|ioredis)/' },
    },
    {
      name: 'http-only-at-the-edge',
      severity: 'error',
      from: { path: '^src/(session|security|store|jobs|cli)/' },
      to: { path: 'node_modules/(fastify|@fastify)/' },
    },
  ],
}

const sources = readdirSync('src', { recursive: true, withFileTypes: true })
  .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
  .map(entry => join(entry.parentPath, entry.name))

function filesWith(pattern: RegExp): string[] {
  return sources.filter(file => pattern.test(readFileSync(file, 'utf8'))).sort()
}

async function violations(ruleSet: IFlattenedRuleSet): Promise<string[]> {
  const { output } = await cruise(['src'], {
    ruleSet,
    validate: true,
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
  })
  const result: ICruiseResult = typeof output === 'string' ? JSON.parse(output) : output
  expect(result.summary.totalDependenciesCruised).toBeGreaterThan(100)
  return result.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)
}

describe('the architecture', () => {
  it('has every source file in a room', () => {
    const known = new RegExp(pathOf([...rooms.flat(), ...aside]))
    expect(sources.filter(file => !known.test(file))).toEqual([])
  })

  it('lets imports point to the left only, without cycles, with SQL and Redis in the store only', async () => {
    expect(await violations(rules)).toEqual([])
  })

  it('would notice an import that points to the right', async () => {
    const reversed = {
      forbidden: [
        {
          name: 'no-store',
          severity: 'error' as const,
          from: { path: '^src/services' },
          to: { path: '^src/store/' },
        },
      ],
    }
    expect((await violations(reversed)).length).toBeGreaterThan(0)
  })

  it('reads the environment in config.ts only', () => {
    expect(filesWith(/process\.env\b/)).toEqual(['src/config.ts'])
  })

  it('reads the clock in clock.ts only', () => {
    expect(filesWith(/\bDate\.now\(|new Date\(\)|performance\.now\(|process\.hrtime/)).toEqual([
      'src/clock.ts',
    ])
  })
})
