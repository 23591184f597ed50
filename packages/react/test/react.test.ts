import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { expect, it } from 'vitest'
import { webStorage } from '../../client/src/index.ts'
import {
  currentSession,
  json,
  scriptedService,
  sessionId,
  start,
} from '../../client/test/scripted-service.ts'
import { createDeviceList } from '../src/devices/device-list.ts'
import { LatchkeyProvider, useSession, useSessionManagement } from '../src/index.ts'
import { createInformer } from '../src/session/inform.ts'

function Page() {
  const { status, user } = useSession()
  const { sessions, currentSession, loading, tokenStatus, needsRefresh } = useSessionManagement()
  const seen = { status, user, sessions, currentSession, loading, tokenStatus, needsRefresh }
  return createElement('p', {}, JSON.stringify(seen))
}

it('on a server nobody is asked, and a page is rendered on which nothing is known yet', () => {
  const service = scriptedService()
  const { client } = start(service, { transport: 'cookie' })
  const html = renderToString(createElement(LatchkeyProvider, { client }, createElement(Page)))
  expect(JSON.parse(html.replace(/<.*?>/g, '').replaceAll('&quot;', '"'))).toEqual({
    status: 'unknown',
    user: null,
    sessions: [],
    currentSession: null,
    loading: true,
    tokenStatus: 'none',
    needsRefresh: false,
  })
  expect(service.asked).toEqual([])
})

it('a page whose storage is blocked becomes signed out with a reason, and does not stay unknown', async () => {
  const storage = webStorage(() => {
    throw new DOMException('The operation is insecure.', 'SecurityError')
  })
  const { client } = start(scriptedService(), { storage })
  const stop = createInformer(client).start()
  await expect.poll(() => client.state.status).toBe('signed-out')
  expect(client.state).toEqual({ status: 'signed-out', reason: 'storage_failed' })
  stop()
  client.close()
})

it('the hooks say what they need', () => {
  expect(() => renderToString(createElement(Page))).toThrow('LatchkeyProvider')
})

it('a list that was on its way while a device was signed out does not bring it back', async () => {
  const service = scriptedService()
  const device = (id: string) => ({ id, current: id === sessionId })
  const both = () => json({ sessions: [device(sessionId), device('phone')] })
  let answer = () => {}
  const revoked = new Promise<void>(resolve => {
    answer = resolve
  })
  service.script(
    'GET /v1/sessions',
    both,
    async () => {
      const asked = both()
      await revoked
      return asked
    },
    () => json({ sessions: [device(sessionId)] }),
  )
  const { client } = start(service, { transport: 'cookie' })
  await client.restore()
  const devices = createDeviceList(client)
  const ids = () => devices.snapshot().sessions.map(({ id }) => id)
  const stop = devices.subscribe(() => {})
  await expect.poll(ids).toEqual([currentSession.sessionId, 'phone'])
  const reloaded = devices.reload()
  await expect.poll(() => service.to('GET /v1/sessions')).toHaveLength(2)
  await devices.revokeSession('phone')
  expect(ids()).toEqual([sessionId])
  answer()
  await reloaded
  expect(ids()).toEqual([sessionId])
  expect(service.to('GET /v1/sessions')).toHaveLength(3)
  stop()
})

function Who() {
  const { status, user, error } = useSession()
  return createElement('p', {}, `${status} ${user?.email} ${error?.message}`)
}

it('renders the session that the server found, until the client knows better', async () => {
  const service = scriptedService()
  const { client } = start(service, { transport: 'cookie' })
  const page = (initialSession: typeof currentSession | null) =>
    renderToString(createElement(LatchkeyProvider, { client, initialSession }, createElement(Who)))
  expect(page({ ...currentSession, user: { ...currentSession.user, email: 'ada@example.test' } })).toContain(
    'signed-in ada@example.test',
  )
  // The browser may be able to refresh, so no session on the server is not a sign-out.
  expect(page(null)).toContain('unknown')
  expect(service.asked).toEqual([])
})

it('keeps the reason of a failure to find out who is signed in, until an attempt works', async () => {
  const service = scriptedService()
  service.script('GET /v1/auth/session', () => {
    throw new TypeError('fetch failed')
  })
  const { client } = start(service, { transport: 'cookie', patienceMs: 0 })
  const informer = createInformer(client)
  const heard: (string | null)[] = []
  informer.subscribe(() => heard.push(informer.error()?.name ?? null))
  const stop = informer.start()
  await expect.poll(() => informer.error()?.name).toBe('LatchkeyError')
  stop()
  await client.restore()
  informer.start()()
  expect(informer.error()).toBeNull()
  expect(heard).toEqual(['LatchkeyError', null])
})
