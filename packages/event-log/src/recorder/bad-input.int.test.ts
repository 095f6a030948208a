import type { OutgoingMessage } from '@house-helper/events-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createStand, eventMessage, recordedUpTo, type Stand } from '../../test/stand.ts'
import { createEventLog } from '../index.ts'

const envelopeHead =
  '"type":"task.completed","source":"api-service","householdId":"household-001","timestamp":"2025-10-09T12:00:00Z","version":"1.0"'

/** A message of JSON text as it is written, for what `JSON.stringify` would write otherwise. */
function written(id: string, data: string): OutgoingMessage {
  return { key: Buffer.from('household-001'), value: Buffer.from(`{"id":"${id}",${envelopeHead},"data":${data}}`) }
}

const unreadable: readonly [name: string, value: Uint8Array | null, reason: string][] = [
  ['text that is not JSON', Buffer.from('not json'), 'not-json'],
  ['nothing', Buffer.alloc(0), 'empty'],
  ['a tombstone', null, 'tombstone'],
  ['JSON that is no envelope', Buffer.from('{"hello":"world"}'), 'not-envelope'],
  ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 'not-utf8'],
]

const readable: readonly [id: string, message: OutgoingMessage, contract: string, view: string][] = [
  ['unknown-type', eventMessage('unknown-type', { type: 'cat.fed' }), 'unknown-type', 'stored'],
  ['unknown-version', eventMessage('unknown-version', { version: '9.0' }), 'unknown-version', 'stored'],
  ['broken', eventMessage('broken', { data: { taskId: 7 } }), 'broken', 'stored'],
  ['no-subject', eventMessage('no-subject', { householdId: undefined, userId: undefined }), 'broken', 'stored'],
  ['large', eventMessage('large', { data: { taskId: 'x'.repeat(1_000_000) } }), 'ok', 'stored'],
  ['many', eventMessage('many', { data: { taskId: 'x', list: new Array(450_000).fill(1) } }), 'ok', 'stored'],
  ['surrogate', written('surrogate', '{"taskId":"\\ud800"}'), 'ok', 'lone-surrogate'],
  ['surrogate-key', written('surrogate-key', '{"taskId":"x","\\udc00":1}'), 'ok', 'lone-surrogate'],
  ['bsontype', written('bsontype', '{"taskId":"x","a":{"_bsontype":"ObjectId"}}'), 'ok', 'bsontype-key'],
  ['bsontype-escaped', written('bsontype-escaped', '{"taskId":"x","\\u005fbsontype":1}'), 'ok', 'bsontype-key'],
  ['nul-key', written('nul-key', '{"taskId":"x","a\\u0000b":1}'), 'ok', 'nul-in-key'],
  ['nul-text', written('nul-text', '{"taskId":"a\\u0000b"}'), 'ok', 'stored'],
  ['deepest', written('deepest', `{"taskId":"x","a":${'['.repeat(179)}${']'.repeat(179)}}`), 'ok', 'stored'],
  ['deeper', written('deeper', `{"taskId":"x","a":${'['.repeat(180)}${']'.repeat(180)}}`), 'ok', 'nesting-over-180'],
  [
    'deep',
    written('deep', `{"taskId":"x","a":${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}}`),
    'ok',
    'nesting-over-180',
  ],
  ['proto', written('proto', '{"taskId":"x","__proto__":{"a":1},"toBSON":1,"":2,"$set":3,"a.b":4}'), 'ok', 'stored'],
  ['dbref', written('dbref', '{"taskId":"x","a":{"$ref":"b","$id":1},"_id":{"$oid":"x"}}'), 'ok', 'stored'],
  ['big-number', written('big-number', '{"taskId":"x","n":9007199254740993,"huge":1e999}'), 'ok', 'stored'],
  ['go-time', eventMessage('go-time', { timestamp: '2025-10-09T14:00:00.123456789+02:00' }), 'ok', 'stored'],
]

describe('bad input', () => {
  let stand: Stand

  beforeEach(async () => {
    stand = await createStand()
  })
  afterEach(() => stand.close())

  it('is recorded or quarantined byte for byte, in one batch with good neighbours', async () => {
    const bad = [...unreadable.map(([, value]) => ({ key: null, value })), ...readable.map(([, message]) => message)]
    const messages = bad.flatMap((message, index) => [message, eventMessage(`good-${index}`)])
    await stand.append(messages)
    const recorder = stand.recorder()
    await recorder.start()
    await recordedUpTo(stand, messages.length)

    const log = createEventLog(stand.db)
    for (const [index, [name, value, reason]] of unreadable.entries()) {
      const found = await stand.db.collection('quarantine').findOne({ offset: index * 2 }, { promoteBuffers: true })
      expect({ reason: found?.reason, value: found?.value }, name).toEqual({
        reason,
        value: value && Buffer.from(value),
      })
      expect(found?._id).toBe(`${stand.topic}/0/${index * 2}`)
      expect(found?.message).toMatch(/^The message .+\.$/)
    }
    for (const [id, message, contract, view] of readable) {
      const record = await log.get(id)
      expect({ contract: record?.contract, view: record?.view }, id).toEqual({ contract, view })
      expect(Buffer.from(record?.value ?? []).equals(message.value ?? Buffer.alloc(0)), id).toBe(true)
    }
    expect(await stand.db.collection('records').countDocuments()).toBe(readable.length + bad.length)
    const [totals] = await log.totals()
    expect(totals).toEqual({
      topic: stand.topic,
      recorded: readable.length + bad.length,
      ...{ repeats: 0, conflicts: 0, quarantined: unreadable.length },
    })
    expect(recorder.health()).toEqual({ state: 'up', reasons: [] })
    expect(recorder.stats().partitions[0]?.errors).toBe(0)
  })

  it('keeps the view of what BSON holds, and notes numbers that it rounds', async () => {
    await stand.append(readable.map(([, message]) => message))
    await stand.recorder().start()
    await recordedUpTo(stand, readable.length)
    for (const [id, message, , view] of readable) {
      const found = await stand.db.collection<{ _id: string }>('records').findOne({ _id: id })
      const { data } = JSON.parse(Buffer.from(message.value ?? []).toString())
      if (view !== 'stored') expect(found, id).not.toHaveProperty('data')
      else expect(JSON.stringify(found && 'data' in found ? found.data : undefined).length, id).toBeGreaterThan(0)
      if (view === 'stored' && id !== 'big-number')
        expect(JSON.stringify(Object(found).data), id).toBe(JSON.stringify(data))
      expect(Object(found).viewNote, id).toBe(id === 'big-number' ? 'inexact-numbers' : undefined)
    }
  })

  it('compares what is nested 10,000 deep: a repeat is no second record, a conflict is one', async () => {
    const deep = (inner: string, rest: string) => `{${rest}"a":${'[{"a":'.repeat(5_000)}${inner}${'}]'.repeat(5_000)}}`
    const [first, swapped, other] = [
      written('same', deep('9007199254740993', '"taskId":"x","b":1,')),
      written('same', deep('9007199254740993', '"b":1,"taskId":"x",')),
      written('same', deep('9007199254740992', '"taskId":"x","b":1,')),
    ] as const
    await stand.append([first, eventMessage('good-1'), swapped, eventMessage('good-2'), other, eventMessage('good-3')])
    await stand.recorder().start()
    await recordedUpTo(stand, 6)
    const log = createEventLog(stand.db)
    expect(await log.totals()).toMatchObject([{ recorded: 5, repeats: 1, conflicts: 1, quarantined: 0 }])
    const conflict = await log.get(`same@${stand.topic}/0/4`)
    expect(conflict).toMatchObject({ id: 'same', conflict: true })
    expect(Buffer.from(conflict?.value ?? []).equals(other.value ?? Buffer.alloc(0))).toBe(true)
  })

  it('records the Go service’s message without key and headers, unchanged', async () => {
    const text = `{ "id": "20251009120000-abc123", "type": "task.completed", "source": "api-service",
  "householdId": "household-001", "userId": "user-001", "timestamp": "2025-10-09T12:00:00Z", "version": "1.0",
  "data": { "taskId": "task-001", "title": "Take out trash", "status": "completed",
            "completedBy": "user-001", "completedAt": "2025-10-09T12:00:00Z" },
  "metadata": { "correlationId": "req-xyz789" } }`
    await stand.append([{ key: null, value: Buffer.from(text) }])
    await stand.recorder().start()
    await recordedUpTo(stand, 1)
    const record = await createEventLog(stand.db).get('20251009120000-abc123')
    expect(record).toMatchObject({
      ...{ type: 'task.completed', source: 'api-service', subject: 'household-001', userId: 'user-001' },
      ...{ timestamp: '2025-10-09T12:00:00Z', correlationId: 'req-xyz789', contract: 'ok', key: null, headers: [] },
      data: { taskId: 'task-001', title: 'Take out trash' },
    })
    expect(Buffer.from(record?.value ?? []).toString()).toBe(text)
  })

  it('keeps a timestamp of nine digits and an offset as it was written, and its instant', async () => {
    await stand.append([eventMessage('go', { timestamp: '2025-10-09T14:00:00.123456789+02:00' })])
    await stand.recorder().start()
    await recordedUpTo(stand, 1)
    const record = await createEventLog(stand.db).get('go')
    expect(record?.timestamp).toBe('2025-10-09T14:00:00.123456789+02:00')
    expect(record?.time).toEqual(new Date('2025-10-09T12:00:00.123Z'))
  })

  it('keeps key and headers byte for byte, also repeated names and null', async () => {
    const headers = [['a', Buffer.from([255])] as const, ['a', null] as const, ['ü', Buffer.alloc(0)] as const]
    await stand.append([{ ...eventMessage('h'), key: Buffer.from([0, 255]), headers }])
    await stand.recorder().start()
    await recordedUpTo(stand, 1)
    const record = await createEventLog(stand.db).get('h')
    expect(Buffer.from(record?.key ?? [])).toEqual(Buffer.from([0, 255]))
    expect(record?.headers.map(([name, value]) => [name, value && Buffer.from(value)])).toEqual(headers)
  })
})
