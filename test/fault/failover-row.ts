import { until } from '../support/until.ts'
import type { PostgresServer } from './postgres-server.ts'
import { startProxy, type TcpProxy } from './proxy.ts'
import type { Row } from './row.ts'

/** For so long the standby receives nothing, before it is promoted. */
const lagMs = 1_500
/** Replication is not waited for, so the last of what came before may be missing too. */
const marginMs = 500

/**
 * The database loses its last commits. Nobody may be signed out or taken for a thief who was signed in before, and
 * generations go on from where the clients stand. It costs the bench its first Postgres, so it comes late.
 */
export function failoverRow(): Row {
  let standby: PostgresServer
  let replication: TcpProxy
  return {
    title: 'a standby that lags is promoted',
    mayFail: () => true,
    async prepare(bench) {
      replication = await startProxy(bench.postgres().port())
      standby = await bench.postgres().startStandby(replication.port)
      await streams(standby)
    },
    async fault({ bench, history, hold, rewound }) {
      const from = history.now() - marginMs
      await replication.set({ kind: 'refuse' })
      await hold(lagMs)
      const primary = bench.postgres()
      await primary.kill()
      await standby.query('SELECT pg_promote()')
      bench.follow(standby)
      rewound(from, history.now())
      await primary.close()
      await replication.close()
    },
  }
}

async function streams(standby: PostgresServer): Promise<void> {
  await until('the standby follows the primary', async () => {
    const [receiver] = await standby.query<{ status: string }>('SELECT status FROM pg_stat_wal_receiver')
    return receiver?.status === 'streaming'
  })
}
