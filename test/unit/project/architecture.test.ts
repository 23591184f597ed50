import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cruise, type ICruiseResult, type IFlattenedRuleSet } from 'dependency-cruiser'
import { describe, expect, it } from 'vitest'

/** What everything may import. */
const base = [
  'errors.ts',
  'clock.ts',
  'error-log.ts',
  'log',
  'observability.ts',
  'patience.ts',
  'place.ts',
  'random.ts',
  'version.ts',
]

/** The rooms of the domain. Each may import those to its left. */
const rooms = ['session', 'access', 'account', 'notice', 'sign-in', 'operator']

/** From left to right: a floor imports only from floors to its left, types included. */
const floors = [
  base,
  rooms,
  ['store'],
  ['config', 'metrics', 'tracing'],
  ['services.ts', 'services'],
  ['http', 'jobs'],
  ['app.ts', 'refuse.ts', 'next-tick.ts'],
  ['server.ts', 'cli', 'cli.ts', 'index.ts'],
]

/** The rooms of each floor, in the order in which they may import each other: only to the left. */
const roomsOfFloors = {
  'src/': rooms,
  // Connections and what they share come before the rooms.
  'src/store/': ['postgres', 'redis', ...rooms],
  // Every route identifies its caller, so what does that comes before the sessions.
  'src/http/': ['conventions', 'access', 'session', 'account', 'notice', 'sign-in', 'operator'],
}

/** What runs in other people's programs stands apart: nothing of the service gets there, nor the other way round. */
const apart = ['console']

function pathOf(names: readonly string[]): string {
  return `^src/(${names.map(name => (name.endsWith('.ts') ? name.replace('.', '\\.') : `${name}/`)).join('|')})`
}

const rules: IFlattenedRuleSet = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: { path: '^src' }, to: { circular: true } },
    ...floors.map((floor, index) => ({
      name: `${floor.join(', ')} imports only from its left`,
      severity: 'error' as const,
      from: { path: pathOf(floor) },
      to: {
        path: pathOf(
          floors
            .slice(index + 1)
            .flat()
            .concat('nothing'),
        ),
      },
    })),
    ...Object.entries(roomsOfFloors).flatMap(([floor, names]) =>
      names.slice(0, -1).map((room, index) => ({
        name: `${floor}${room} imports only from its left`,
        severity: 'error' as const,
        from: { path: `^${floor}${room}/` },
        to: { path: `^${floor}(${names.slice(index + 1).join('|')})/` },
      })),
    ),
    {
      name: 'sql-and-redis-only-in-the-store',
      severity: 'error',
      from: { path: '^src', pathNot: '^src/store/' },
      to: { path: 'node_modules/(pg|drizzle-orm|ioredis)/' },
    },
    {
      name: 'http-only-at-the-edge',
      severity: 'error',
      from: { path: `^src/(${rooms.join('|')}|store|jobs|cli)/` },
      to: { path: 'node_modules/(fastify|@fastify)/' },
    },
    {
      name: 'tracing-is-imported-when-it-is-wanted',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(store/)?tracing' },
      to: { path: '^src/(store/)?tracing|node_modules/@opentelemetry/', dynamic: false },
    },
    {
      name: 'the-console-knows-the-client-and-react',
      severity: 'error',
      from: { path: '^src/console/' },
      to: {
        path: '^(src|packages)/',
        pathNot:
          '^(src/console/|packages/(client|react)/src/(index|parts)\\.ts$|packages/react/src/messages/)',
      },
    },
    {
      name: 'nobody-needs-the-console',
      severity: 'error',
      from: { path: '^src', pathNot: '^src/console/' },
      to: { path: '^src/console/' },
    },
    {
      name: 'the-service-does-without-its-clients',
      severity: 'error',
      from: { path: '^src', pathNot: pathOf(apart) },
      to: { path: `${pathOf(apart)}|^packages/|@latchkey/` },
    },
  ],
}

const sources = readdirSync('src', { recursive: true, withFileTypes: true })
  .filter(entry => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map(entry => join(entry.parentPath, entry.name))

/** Everything that is written by hand, packages included. */
const written = ['src', 'packages']
  .flatMap(root => readdirSync(root, { recursive: true, withFileTypes: true }))
  .filter(entry => entry.isFile() && /\.(tsx?|css)$/.test(entry.name) && entry.name !== 'openapi.ts')
  .map(entry => join(entry.parentPath, entry.name))
  .filter(file => !/node_modules|\/(dist|test)\//.test(file))

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
    const known = new RegExp(pathOf([...floors.flat(), ...apart]))
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

  it('keeps files under 250 lines', () => {
    const long = written.filter(file => readFileSync(file, 'utf8').split('\n').length > 251)
    expect(long).toEqual([])
  })

  it('keeps folders at fifteen files or fewer', () => {
    const folders = new Set(written.map(file => dirname(file)))
    const full = [...folders].filter(folder => written.filter(file => dirname(file) === folder).length > 15)
    expect(full).toEqual([])
  })

  it('reads the environment in config.ts only', () => {
    expect(filesWith(/process\.env\b/)).toEqual(['src/config/config.ts'])
  })

  it('reads the clock in clock.ts only', () => {
    expect(filesWith(/\bDate\.now\(|new Date\(\)|performance\.now\(|process\.hrtime/)).toEqual([
      'src/clock.ts',
    ])
  })
})
