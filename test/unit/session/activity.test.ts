import { describe, expect, it } from 'vitest'
import { createActivity } from '../../../src/session/activity.ts'
import { policy } from '../../support/domain.ts'

const now = 1_800_000_000_000

function recording() {
  const written: { sessionId: string; at: number }[][] = []
  let away = false
  const activity = createActivity({
    async recordActivity(entries) {
      if (away) throw new Error('away')
      written.push([...entries])
    },
  })
  return {
    activity,
    written,
    setAway: (value: boolean) => {
      away = value
    },
  }
}

describe('activity', () => {
  it('is noted at most once per step and session', async () => {
    const { activity, written } = recording()
    for (let at = now; at < now + 60_000; at += 1_000) activity.note('a', now - 61_000, at, policy)
    await activity.flush()
    expect(written).toEqual([[{ sessionId: 'a', at: now }]])
  })

  it('is noted again after a step, even though the snapshot that was read is old', async () => {
    const { activity, written } = recording()
    for (const at of [now, now + 30_000, now + 60_000, now + 119_000, now + 120_000]) {
      activity.note('a', now - 61_000, at, policy)
      await activity.flush()
    }
    expect(written.flat().map(entry => entry.at - now)).toEqual([0, 60_000, 120_000])
  })

  it('is not noted when the database knows a recent one', async () => {
    const { activity, written } = recording()
    activity.note('a', now - 59_999, now, policy)
    await activity.flush()
    expect(written).toEqual([])
  })

  it('writes all sessions in one go, and nothing when there is nothing', async () => {
    const { activity, written } = recording()
    for (const sessionId of ['a', 'b', 'c']) activity.note(sessionId, 0, now, policy)
    await activity.flush()
    await activity.flush()
    expect(written.map(batch => batch.length)).toEqual([3])
  })

  it('stays noted when writing fails, and the newest instant wins', async () => {
    const { activity, written, setAway } = recording()
    activity.note('a', 0, now, policy)
    setAway(true)
    await expect(activity.flush()).rejects.toThrow('away')
    activity.note('a', 0, now + 60_000, policy)
    setAway(false)
    await activity.flush()
    expect(written).toEqual([[{ sessionId: 'a', at: now + 60_000 }]])
  })
})
