import { hostname } from 'node:os'
import { LatchkeyError } from '@latchkey/client'
import { apiUrl, latchkey } from './session.js'

const usage = `node app.js sign-in EMAIL    reads the password from the environment, PASSWORD
node app.js orders           calls the API
node app.js order ITEM       calls the API
node app.js devices          lists the user's sessions
node app.js refresh          exchanges the refresh token now; seldom needed
node app.js sign-out`

/** What can become of a call. */
const exitCodes = { ok: 0, failed: 1, signedOut: 2, unavailable: 3 }

/** @type {Record<string, (argument: string) => Promise<number>>} */
const screens = {
  async 'sign-in'(email) {
    const password = process.env['PASSWORD'] ?? ''
    const user = await latchkey.signIn({ email, password, deviceName: hostname().slice(0, 64) })
    return show(`Signed in as ${user.email}`)
  },
  orders: () => callApi({}),
  order: item =>
    callApi({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ item }),
    }),
  async devices() {
    const sessions = await latchkey.listSessions()
    const names = sessions.map(({ deviceName, current }) => `${deviceName}${current ? ' (this device)' : ''}`)
    return show(names.join('\n'))
  },
  async refresh() {
    await latchkey.refresh()
    return show('Refreshed')
  },
  async 'sign-out'() {
    await latchkey.signOut()
    return show('Signed out')
  },
}

/**
 * `latchkey.fetch` adds the access token, refreshes it when it is due, and once on a 401.
 *
 * @param {RequestInit} init
 */
async function callApi(init) {
  const response = await latchkey.fetch(`${apiUrl}/orders`, init)
  if (response.status === 401 && latchkey.state.status === 'signed-out') return signedOut()
  if (response.status === 503 || response.status === 429) return unavailable()
  if (!response.ok) return show(`The API answered ${response.status}`, exitCodes.failed)
  return show(await response.text())
}

/**
 * The client has asked Latchkey, which alone decides: a 401 of an API that is configured wrongly signs no user out. Show
 * the sign-in screen.
 */
function signedOut() {
  const { state } = latchkey
  const reason = state.status === 'signed-out' ? state.reason : null
  return show(
    `You are signed out${reason === null ? '' : ` (${reason})`}. Sign in again.`,
    exitCodes.signedOut,
  )
}

/** An outage: the tokens are kept. Show what is known, and offer to try again. */
function unavailable() {
  return show('The service is unavailable right now. You are still signed in.', exitCodes.unavailable)
}

/** @param {unknown} error */
function outcomeOf(error) {
  if (!(error instanceof LatchkeyError)) throw error
  if (error.code === 'invalid_credentials') return show(error.message, exitCodes.failed)
  if (error.status === 401 && latchkey.state.status === 'signed-out') return signedOut()
  if (error.code === 'network_error' || error.status === 503) return unavailable()
  return show(error.message, exitCodes.failed)
}

/** @param {string} text */
function show(text, exitCode = exitCodes.ok) {
  console.log(text)
  return exitCode
}

const [name = '', argument = ''] = process.argv.slice(2)
const screen = screens[name]
if (screen === undefined) {
  console.log(usage)
} else {
  // `restore` reads the storage, as an app does when it starts.
  process.exitCode = await latchkey
    .restore()
    .then(() => screen(argument))
    .catch(outcomeOf)
}
