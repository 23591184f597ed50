import { devicesIn } from '../http.ts'
import { aligned } from '../print.ts'
import { must, type Step } from '../step.ts'

export const deviceList: Step = {
  title: 'The device list',
  shows: 'Ann can see where she is signed in, and recognises her devices.',
  async run({ a, laptop, phone, observe }) {
    const { sessions } = devicesIn(await laptop.ask(a, 'GET', '/v1/sessions'))
    const seen = sessions.map(({ id, current, device }) => ({ id, current, ...device }))
    const expected = [
      { id: phone.tokens().sessionId, current: false, type: 'mobile', os: 'iOS', browser: 'Safari' },
      { id: laptop.tokens().sessionId, current: true, type: 'desktop', os: 'Windows', browser: 'Chrome' },
    ]
    must(
      JSON.stringify(seen) === JSON.stringify(expected),
      `the list should be the phone and then the laptop, which asks; it was ${JSON.stringify(seen)}`,
    )
    const rows = sessions.map(({ device, ipAddress, current }) => [
      `${device.browser} on ${device.os}`,
      device.type,
      `from ${ipAddress}`,
      current ? 'this device' : '',
    ])
    for (const line of aligned(rows)) observe(line)
  },
}
