import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

export type Options = {
  quick: boolean
  rounds: number
  seconds: number
  warmUpSeconds: number
  /** Rows whose name matches; null for all. */
  only: RegExp | null
  useWrk: boolean
  /** A file for the figures as JSON; null for none. */
  json: string | null
  /** A folder for CPU profiles of the servers; null for none. */
  profileFolder: string | null
  /** A file of an earlier run, to write the document from; null to measure. */
  from: string | null
  /** The `dist` of another build to compare with; null to measure against floors and peers. */
  against: string | null
  /** Whether `docs/internals/performance.md` is written: by whole runs only. */
  publish: boolean
}

const usage = `npm run bench [-- OPTIONS]

Measures the service against the least that its work could take, and against other ways to keep sessions. It starts
all that it needs, a Postgres and a Redis included, and writes docs/internals/performance.md with its chart.

  --quick           in under two minutes: one round of a second, and nothing is written
  --only PATTERN    rows whose name matches (a regular expression); nothing is written
  --rounds N        how many times all take turns (default 11)
  --seconds N       how long a turn is (default 2)
  --json FILE       writes the figures there as well
  --from FILE       measures nothing, and writes the document from the figures of an earlier run
  --against FOLDER  compares with another build instead, such as an earlier release: its dist; nothing is written
  --profile FOLDER  leaves a CPU profile of each server there (node --cpu-prof); nothing is written
  --no-wrk          loads with autocannon, also where wrk is installed
  --help            this text
`

/** Ends the process when there is nothing to run. */
export function readOptions(): Options {
  try {
    const { values } = parseArgs({
      options: {
        quick: { type: 'boolean', default: false },
        only: { type: 'string' },
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        json: { type: 'string' },
        from: { type: 'string' },
        profile: { type: 'string' },
        against: { type: 'string' },
        'no-wrk': { type: 'boolean', default: false },
        help: { type: 'boolean' },
      },
    })
    if (values.help) end(usage, 0)
    const { quick, only } = values
    return {
      quick,
      rounds: whole('rounds', values.rounds, quick ? 1 : 11),
      seconds: whole('seconds', values.seconds, quick ? 1 : 2),
      warmUpSeconds: quick ? 0.5 : 2,
      only: only === undefined ? null : new RegExp(only),
      useWrk: !values['no-wrk'],
      json: values.json ?? null,
      from: values.from ?? null,
      profileFolder: values.profile === undefined ? null : resolve(values.profile),
      against: values.against === undefined ? null : resolve(values.against),
      publish: !quick && only === undefined && values.profile === undefined && values.against === undefined,
    }
  } catch (error) {
    return end(`${error instanceof Error ? error.message : error}\n\n${usage}`, 2)
  }
}

function whole(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new TypeError(`--${name} must be a whole number from 1`)
  return Number(text)
}

function end(text: string, exitCode: number): never {
  process[exitCode === 0 ? 'stdout' : 'stderr'].write(text)
  process.exit(exitCode)
}
