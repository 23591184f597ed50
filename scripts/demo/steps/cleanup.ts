import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { createDevice } from '../device.ts'
import { devicesIn, refused } from '../http.ts'
import { must, type Step } from '../step.ts'

const CleanupResult = Compile(
  Type.Object({
    deletedSessions: Type.Integer(),
    deletedEvents: Type.Integer(),
    tookMs: Type.Number(),
  }),
)

export const cleanup: Step = {
  title: 'Cleanup',
  shows: 'A session whose time is up is worthless at once; the cleanup then throws its record away.',
  async run({ a, b, account, laptop, latchkey, query, observe }) {
    const kiosk = createDevice(
      'kiosk',
      'kiosk',
      'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    )
    await kiosk.signIn(a, account)
    const { sessionId } = kiosk.tokens()
    const stored = async () =>
      (await query('SELECT FROM user_sessions WHERE id = $1', [sessionId])).length === 1
    must(await stored(), 'the kiosk’s session should be in the database')
    await query(
      `UPDATE user_sessions SET expires_at = clock_timestamp() - interval '1 minute' WHERE id = $1`,
      [sessionId],
    )
    observe('Ann signed in at a kiosk; its session was set back, in the database, to have ended a minute ago')

    refused(await kiosk.tryRefresh(b), 'session_expired')
    const { sessions } = devicesIn(await laptop.ask(a, 'GET', '/v1/sessions'))
    must(!sessions.some(({ id }) => id === sessionId), 'the kiosk should not be on the device list any more')
    observe('before any cleanup: 401 session_expired, and not on the device list any more')

    const printed: unknown = JSON.parse(await latchkey(['cleanup', '--once', '--json']))
    must(
      CleanupResult.Check(printed) && printed.deletedSessions === 1,
      `the cleanup should delete one session, and says ${JSON.stringify(printed)}`,
    )
    must(!(await stored()), 'the kiosk’s session should be gone from the database')
    observe(`latchkey cleanup --once --json  →  ${JSON.stringify(printed)}`)
    await Promise.all([laptop.staysSignedIn(a), laptop.staysSignedIn(b)])
    observe('the record is gone, and the laptop is signed in as before')
  },
}
