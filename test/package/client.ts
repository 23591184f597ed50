import { createLatchkeyClient, type LatchkeyClient } from 'latchkey/client'

const client: LatchkeyClient = createLatchkeyClient({ transport: 'cookie' })
export const live: Promise<number> = client.request('GET /v1/admin/stats').then(stats => stats.live.total)
// @ts-expect-error: transport takes 'bearer' or 'cookie'
createLatchkeyClient({ transport: 'pigeon' })
