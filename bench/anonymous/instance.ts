import type { Cores } from '../field/cores.ts'
import { type BenchedInstance, startInstance } from '../one-instance.ts'
import type { Material } from './floods.ts'

export type Prepared = {
  instance: BenchedInstance
  /** Asks without a limit of its own. */
  gatewayKey: string
  material: Material
}

/** A user has five live sessions at most: of these, all but the last five have ended. */
const sessions = 105

/** An instance with the limits that it has by default, a live session, and a hundred that have ended. */
export async function prepare(cores: Cores): Promise<Prepared> {
  const instance = await startInstance({}, cores)
  const email = 'owner@example.test'
  const { id: userId } = JSON.parse(instance.latchkey(['users', 'create', '--email', email]))
  const key = instance.latchkey([
    ...['service-keys', 'create', '--name', 'gateway'],
    ...['--scope', 'verify', '--scope', 'sessions:create'],
  ])
  const gatewayKey: string = JSON.parse(key).key
  const opened: Opened[] = []
  while (opened.length < sessions) opened.push(await open(instance.url, gatewayKey, userId))
  const live = opened.at(-1)
  if (live === undefined) throw new Error('no session was opened')
  return { instance, gatewayKey, material: { accessToken: live.accessToken, ended: opened.slice(0, -5) } }
}

type Opened = { accessToken: string; refreshToken: string }

async function open(url: string, key: string, userId: string): Promise<Opened> {
  const response = await fetch(`${url}/v1/admin/sessions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ userId, authMethod: 'bench' }),
  })
  const body: Opened = JSON.parse(await response.text())
  if (response.status !== 201) throw new Error(`a session was not opened: ${response.status}`)
  return body
}
