import { cruise, type ICruiseResult } from 'dependency-cruiser'
import { expect, it } from 'vitest'

/** What only some deployments use; what traces need has a rule of its own in the architecture. */
const optional = 'node_modules/(jose|bcryptjs|@fastify/swagger-ui)/'

async function importsOf(dynamic: boolean): Promise<string[]> {
  const { output } = await cruise(['src', 'packages'], {
    ruleSet: {
      forbidden: [
        {
          name: 'optional',
          severity: 'error',
          from: { path: '^(src|packages)/', pathNot: '/test/' },
          to: { path: optional, dynamic, dependencyTypesNot: ['type-only'] },
        },
      ],
    },
    validate: true,
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
  })
  const result: ICruiseResult = typeof output === 'string' ? JSON.parse(output) : output
  return result.summary.violations.map(({ from, to }) => `${from} → ${to}`)
}

it('packages that only some deployments use are imported when they are needed', async () => {
  expect(await importsOf(false)).toEqual([])
  expect((await importsOf(true)).length).toBeGreaterThanOrEqual(3)
})
