import { execFileSync } from 'node:child_process'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { keepNextTickFast } from '../src/next-tick.ts'

/**
 * `npm run bench:next-tick`: what `process.nextTick` takes after garbage collections with no callback waiting, as every
 * process has them that is idle for a while; without and with `keepNextTickFast`. Each in processes of its own.
 */
const [mode] = process.argv.slice(2)
if (mode === undefined) {
  for (const [name, argument] of [
    ['as it comes', 'as-it-comes'],
    ['kept fast', 'kept'],
  ] as const) {
    const samples = Array.from({ length: 5 }, () => inProcess(argument)).sort((a, b) => a - b)
    console.log(`Node.js ${process.versions.node}, ${name}: ${samples[2]?.toFixed(3)} µs (median of five)`)
  }
} else {
  if (mode === 'kept') keepNextTickFast()
  console.log(await measure())
}

function inProcess(argument: string): number {
  const flags = ['--expose-gc', '--import', 'tsx', import.meta.filename, argument]
  return Number(execFileSync(process.execPath, flags, { encoding: 'utf8' }))
}

async function measure(): Promise<number> {
  await callBack(1_000)
  for (let collections = 0; collections < 6; collections++) {
    globalThis.gc?.()
    await sleep(5)
  }
  // Until it is compiled.
  await callBack(500_000)
  const startedAt = performance.now()
  const calls = 1_000_000
  await callBack(calls)
  return ((performance.now() - startedAt) / calls) * 1_000
}

async function callBack(times: number): Promise<void> {
  let called = 0
  const note = () => {
    called++
  }
  while (called < times) {
    for (let batch = 0; batch < 1_000; batch++) process.nextTick(note)
    await turn()
  }
}
