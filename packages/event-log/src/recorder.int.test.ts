import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createStand, eventMessage, recordedUpTo, type Stand } from '../test/stand.ts'
import { createEventLog } from './index.ts'

describe('the recorder', () => {
  let stand: Stand

  beforeEach(async () => {
    stand = await createStand()
  })
  afterEach(() => stand.close())

  it('records what is in a topic and what comes later', async () => {
    await stand.append([eventMessage('a'), eventMessage('b')])
    const recorder = stand.recorder()
    await recorder.start()
    await recordedUpTo(stand, 2)
    await stand.append([eventMessage('c')])
    await recordedUpTo(stand, 3)
    const { items } = await createEventLog(stand.db).list()
    expect(items.map(({ id }) => id)).toEqual(['c', 'b', 'a'])
    expect(recorder.health()).toEqual({ state: 'up', reasons: [] })
  })
})
