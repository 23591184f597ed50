import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { expect, it } from 'vitest'
import { LatchkeyProvider, useSession, useSessionManagement } from '../../src/react/index.ts'
import { scriptedService, start } from './scripted-service.ts'

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

it('the hooks say what they need', () => {
  expect(() => renderToString(createElement(Page))).toThrow('LatchkeyProvider')
})
