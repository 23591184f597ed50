import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Lifetime } from '../scripts/demo/lifetime.ts'
import { colours } from '../scripts/demo/print.ts'
import { keepCoresAwake, shareCores } from './field/cores.ts'
import { buildContestants, buildService, installContestants } from './field/install.ts'
import { openStores, type Stores } from './field/stores.ts'
import { startLoad } from './load/load.ts'
import { createRequestFiles } from './load/request-files.ts'
import { wrkVersion } from './load/wrk.ts'
import { watchStandstills } from './measure/standstill.ts'

/** Sockets with keep-alive, each with one request under way. */
export const connections = 64

/**
 * What stands before the first contestant: the service and the others, compiled, the stores with what `plant` has put into them, and
 * the load. All of it ends with `lifetime`.
 */
export async function openField<T>(
  lifetime: Lifetime,
  useWrk: boolean,
  plant: (stores: Stores) => Promise<T>,
  postgresSettings: Record<string, string> = {},
) {
  const service = buildService()
  service.catch(() => undefined)
  await installContestants(tell)
  // Before the cores are shared out, so that compiling may use them all.
  const built = Promise.all([service, buildContestants()])
  built.catch(() => undefined)
  const cores = await shareCores()
  const awake = await lifetime.hold(keepCoresAwake(), async file => file?.close())
  const stores = await openStores(lifetime, tell, postgresSettings)
  const folder = await lifetime.hold(mkdtemp(join(tmpdir(), 'latchkey-bench-')), created =>
    rm(created, { recursive: true, force: true }),
  )
  const planted = await plant(stores)
  await built
  const wrk = useWrk ? await wrkVersion() : null
  const load = startLoad(wrk !== null)
  const background = startLoad(false)
  await lifetime.hold(Promise.resolve(), () => Promise.all([load.stop(), background.stop()]))
  const files = createRequestFiles(folder)
  const standstills = watchStandstills()
  await lifetime.hold(Promise.resolve(), async () => standstills.stop())
  return { cores, keptAwake: awake !== null, stores, files, planted, wrk, load, background, standstills }
}

export function tell(line: string): void {
  console.log(colours.dim(line))
}
