import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createStand, eventMessage, recordedUpTo, type Stand } from '../../test/stand.ts'
import { createEventLog, type EventLog } from '../index.ts'

describe('events under one id', () => {
  let stand: Stand
  let log: EventLog

  beforeEach(async () => {
    stand = await createStand()
    log = createEventLog(stand.db)
  })
  afterEach(() => stand.close())

  it('are one event when they say the same: one record, and the repeat in the ledger with its offset', async () => {
    const again = { taskId: 'a', title: 't' }
    const turned = { title: 't', taskId: 'a' }
    await stand.append([eventMessage('a', { data: again }), eventMessage('b')])
    await stand.append([eventMessage('a', { data: turned, source: 'other', timestamp: '2026-01-01T00:00:00Z' })])
    const recorder = stand.recorder()
    await recorder.start()
    await recordedUpTo(stand, 3)
    expect(await stand.db.collection('records').countDocuments()).toBe(2)
    expect(await ledgerField(stand, 'repeats')).toEqual([{ offset: 2, id: 'a' }])
    expect(recorder.stats().partitions[0]?.run).toEqual({ recorded: 2, repeats: 1, conflicts: 0, quarantined: 0 })
    expect(recorder.health().state).toBe('up')
  })

  it('conflict when they differ: both are kept, and an alarm is raised', async () => {
    await stand.append([eventMessage('a'), eventMessage('a', { data: { taskId: 'other' } })])
    await stand.append([eventMessage('a', { userId: 'user-002' }), eventMessage('a', { householdId: 'household-002' })])
    const recorder = stand.recorder()
    await recorder.start()
    await recordedUpTo(stand, 4)
    const records = (await log.list()).items
    const place = `${stand.topic}/0`
    expect(records.map(({ recordId }) => recordId)).toEqual([`a@${place}/3`, `a@${place}/2`, `a@${place}/1`, 'a'])
    expect(records.map(({ id, conflict }) => [id, conflict])).toEqual([
      ['a', true],
      ['a', true],
      ['a', true],
      ['a', false],
    ])
    expect(await log.totals()).toMatchObject([{ recorded: 4, conflicts: 3 }])
    expect(await ledgerField(stand, 'conflicts')).toEqual([1, 2, 3])
    const { state, reasons } = recorder.health()
    expect(state).toBe('degraded')
    expect(reasons.join()).toContain('the last at offset 3')
  })

  it('conflict when only a number beyond 2^53 differs', async () => {
    const message = (digits: string) => {
      const text = Buffer.from(eventMessage('a').value ?? []).toString()
      return { key: null, value: Buffer.from(text.replace('"taskId"', `"n":${digits},"taskId"`)) }
    }
    await stand.append([message('9007199254740992'), message('9007199254740993'), message('9007199254740992')])
    await stand.recorder().start()
    await recordedUpTo(stand, 3)
    expect(await log.totals()).toMatchObject([{ recorded: 2, conflicts: 1, repeats: 1 }])
  })

  it('keep the conflict apart from an event whose own id looks like its record', async () => {
    const squatter = `a@${stand.topic}/0/2`
    await stand.append([eventMessage('a'), eventMessage(squatter), eventMessage('a', { data: { taskId: 'other' } })])
    await stand.recorder().start()
    await recordedUpTo(stand, 3)
    expect((await log.get(squatter))?.conflict).toBe(false)
    expect(await log.get(`${squatter}~~2`)).toMatchObject({ id: 'a', conflict: true })
  })
})

async function ledgerField(stand: Stand, field: string): Promise<unknown[]> {
  const entries = await stand.db.collection('ledger').find().sort({ from: 1 }).toArray()
  return entries.flatMap((entry) => entry[field])
}
