import { spawn } from 'node:child_process'
import { parseArgs } from 'node:util'

const usage = `npm run test:fault -- [options]
  --mechanisms       the service without each of its mechanisms in turn: the checker must notice
  --long             random overlapping faults instead of the table
  --minutes <n>      how long, default 30
  --seed <n>         chooses as an earlier run did
  --report <path>    writes <path>.md and <path>.json
  --docs             writes the table of all rows into docs/internals/reliability.md, if all promises held
  --near-cache <n>   what the services keep in their own memory; 0 for nothing, unless given what they ship with
  --only <pattern>   rows whose title matches`

const options = {
  mechanisms: { type: 'boolean' },
  long: { type: 'boolean' },
  minutes: { type: 'string' },
  seed: { type: 'string' },
  report: { type: 'string' },
  only: { type: 'string' },
  'near-cache': { type: 'string' },
  docs: { type: 'boolean' },
  help: { type: 'boolean' },
} as const

type Options = ReturnType<typeof parseArgs<{ options: typeof options }>>['values']

/** Vitest takes no options of ours, so that they travel in the environment. */
function main(): void {
  const values = readOptions()
  if (values.help) {
    process.stdout.write(`${usage}\n`)
    return
  }
  const given = {
    FAULT_LONG: values.long ? '1' : undefined,
    FAULT_LONG_MINUTES: values.minutes,
    FAULT_SEED: values.seed,
    FAULT_REPORT: values.report,
    FAULT_DOCS: values.docs ? '1' : undefined,
    FAULT_NEAR_CACHE: values['near-cache'],
    FAULT_DIST: process.env['FAULT_DIST'] ?? 'dist',
  }
  const chosen = Object.entries(given).filter(([, value]) => value !== undefined)
  const filter = values.only === undefined ? [] : ['-t', values.only]
  const file = values.mechanisms ? 'mechanisms' : values.long ? 'long' : 'faults'
  const vitest = spawn(
    'npx',
    [
      'vitest',
      'run',
      '--project',
      'fault',
      '--project',
      'fault-bench',
      ...filter,
      `test/fault/${file}.test.ts`,
    ],
    {
      stdio: 'inherit',
      env: { ...process.env, ...Object.fromEntries(chosen) },
    },
  )
  vitest.on('exit', code => {
    process.exitCode = code ?? 1
  })
}

/** Of the command line. What it does not understand is one line and the usage, exit code 2. */
function readOptions(): Options {
  try {
    const { values } = parseArgs({ options })
    for (const option of ['minutes', 'seed'] as const) {
      const value = values[option]
      if (value !== undefined && !(Number(value) > 0))
        throw new Error(`--${option} wants a number above zero`)
    }
    if (values.docs && (values.only !== undefined || values.long)) {
      throw new Error('--docs is for the whole table: neither --only nor --long')
    }
    return values
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${usage}\n`)
    process.exit(2)
  }
}

main()
