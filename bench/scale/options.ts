import { parseArgs } from 'node:util'

export type ScaleOptions = {
  /** How many sessions the large database has, those that have expired included. */
  sessions: number
  expired: number
  /** How many the small one has, that it is compared with. */
  baseline: number
  rounds: number
  seconds: number
  /** For how long sessions are refreshed to see what it leaves behind. */
  refreshMinutes: number
  denySet: number
  json: string | null
  /** Whether the figures go into docs/operate/scaling.md. */
  publish: boolean
}

const usage = `npm run bench:scale [-- OPTIONS]

Fills a Postgres of its own with sessions, and measures what their number costs.

  --sessions N         in the large database (default 5,000,000)
  --expired N          of these, for the cleanup (default 1,000,000)
  --baseline N         in the small database (default 50,000)
  --rounds N           how many times the two take turns (default 4)
  --seconds N          how long a turn is (default 4)
  --refresh-minutes N  how long sessions are refreshed to see what it leaves behind (default 10)
  --deny-set N         revocations that an instance has to load when it starts (default 100,000)
  --json FILE          writes the figures there
  --docs               writes the figures into docs/operate/scaling.md
  --help               this text
`

/** Ends the process when there is nothing to run. */
export function readScaleOptions(): ScaleOptions {
  try {
    const { values } = parseArgs({
      options: {
        sessions: { type: 'string', default: '5000000' },
        expired: { type: 'string', default: '1000000' },
        baseline: { type: 'string', default: '50000' },
        rounds: { type: 'string', default: '4' },
        seconds: { type: 'string', default: '4' },
        'refresh-minutes': { type: 'string', default: '10' },
        'deny-set': { type: 'string', default: '100000' },
        json: { type: 'string' },
        docs: { type: 'boolean', default: false },
        help: { type: 'boolean' },
      },
    })
    if (values.help) end(usage, 0)
    const sessions = whole('sessions', values.sessions)
    const expired = whole('expired', values.expired)
    const baseline = whole('baseline', values.baseline)
    // Each database wants some thousands of users whose sessions are revoked, and as many others.
    if (baseline < 50_000 || sessions - expired < baseline) {
      throw new TypeError('--baseline must be at least 50000, and --sessions less --expired not below it')
    }
    return {
      sessions,
      expired,
      baseline,
      rounds: whole('rounds', values.rounds),
      seconds: whole('seconds', values.seconds),
      refreshMinutes: whole('refresh-minutes', values['refresh-minutes']),
      denySet: whole('deny-set', values['deny-set']),
      json: values.json ?? null,
      publish: values.docs,
    }
  } catch (error) {
    return end(`${error instanceof Error ? error.message : error}\n\n${usage}`, 2)
  }
}

function whole(name: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new TypeError(`--${name} must be a whole number from 1`)
  return Number(text)
}

function end(text: string, exitCode: number): never {
  process[exitCode === 0 ? 'stdout' : 'stderr'].write(text)
  process.exit(exitCode)
}
