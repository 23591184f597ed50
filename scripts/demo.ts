import { parseArgs } from 'node:util'
import { createDevice } from './demo/device.ts'
import { type Lifetime, openLifetime } from './demo/lifetime.ts'
import { colours, milliseconds } from './demo/print.ts'
import { bringUp } from './demo/service.ts'
import type { Step, Story } from './demo/step.ts'
import { steps } from './demo/steps.ts'

const usage = `npm run demo [-- --without-redis]

Tells what Latchkey does, over HTTP against two instances of the built service, and fails if it does not go as told.
Its Postgres and its Redis are its own and gone afterwards; DATABASE_URL and REDIS_URL are not looked at.

  --without-redis   as on a machine that has none
  --help            this text
`

async function main(): Promise<void> {
  const { redis } = readArguments()
  const startedAt = performance.now()
  const logs: (() => string[])[] = []
  const lifetime = openLifetime(() => console.log(colours.dim('\nStopping (again to force)')))
  try {
    console.log(colours.bold(`Latchkey in ${steps.length} steps`))
    console.log(colours.dim('Everything here is made for this run, and removed after it.\n'))
    const service = await bringUp({ lifetime, redis, tell, logs })
    const laptop = createDevice(
      'laptop',
      'web',
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    )
    const phone = createDevice(
      'phone',
      'mobile',
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
    )
    const observe = (line: string) => {
      lifetime.signal.throwIfAborted()
      console.log(`   • ${line}`)
    }
    const story: Story = { ...service, laptop, phone, observe }
    for (const [index, step] of steps.entries()) await play(index + 1, step, story)
    lifetime.signal.throwIfAborted()
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    console.log(colours.bold(colours.green(`\nAll ${steps.length} steps went as told, in ${seconds} s.`)))
    await lifetime.end(0)
  } catch (error) {
    await fail(error, logs, lifetime)
  }
}

function readArguments(): { redis: boolean } {
  try {
    const { values } = parseArgs({
      options: { 'without-redis': { type: 'boolean' }, help: { type: 'boolean' } },
    })
    if (!values.help) return { redis: !values['without-redis'] }
    console.log(usage)
    process.exit(0)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`)
    process.exit(2)
  }
}

async function play(number: number, { title, shows, run }: Step, story: Story): Promise<void> {
  console.log(`\n${colours.bold(colours.cyan(`${number}. ${title}`))}\n   ${shows}`)
  const began = performance.now()
  await run(story)
  console.log(`   ${colours.green('✓')} ${colours.dim(milliseconds(performance.now() - began))}`)
}

async function fail(error: unknown, logs: (() => string[])[], lifetime: Lifetime): Promise<void> {
  // An interruption breaks what is under way; that is not news.
  if (lifetime.signal.aborted) return
  console.error(
    `   ${colours.red('✗ This did not go as told:')} ${error instanceof Error ? error.message : error}`,
  )
  const lines = logs.flatMap(log => log())
  if (lines.length > 0) console.error(`\nThe instances’ last log lines:\n${lines.join('\n')}`)
  await lifetime.end(1)
}

function tell(what: string, text: string): void {
  console.log(`${colours.cyan(what.padEnd(9))} ${text}`)
}

await main()
