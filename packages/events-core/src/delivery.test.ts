import { describe, expect, it } from 'vitest'
import {
  type DeadLetterNote,
  type DeliveryNote,
  decodeDeadLetter,
  decodeDelivery,
  encodeNote,
  MAX_FAILURE_TEXT,
  type OriginalMessage,
} from './delivery.ts'
import type { Headers } from './transport.ts'

const original: OriginalMessage = {
  key: Buffer.from('household-1'),
  value: Buffer.from('{"n":9007199254740993,"b":1 ,"a":2}'),
  headers: [
    ['traceparent', Buffer.from('00-1')],
    ['hh-group', Buffer.from('not ours')],
    ['twice', Buffer.from([0xff, 0])],
    ['hh-original-x', null],
    ['twice', null],
  ],
}
const failure = { code: 'HANDLER_FAILED', message: 'The handler threw Error: ä', atMs: 1_760_000_000_123 }
const dead: DeadLetterNote = {
  kind: 'retry',
  groupId: 'points-service',
  origin: { topic: 'house-helper.tasks', partition: 2, offset: 41, timestampMs: 1_760_000_000_000 },
  attempts: 5,
  retries: 1,
  firstFailure: failure,
  lastFailure: { ...failure, code: 'HANDLER_TIMEOUT', message: '' },
  fingerprint: 'abc123',
  replayRunId: 'run-1',
  redriveId: 'redrive-1',
  notBeforeMs: 1_760_000_060_000,
}
const { origin, groupId } = dead
const plain: DeliveryNote = { kind: 'replay', groupId, origin, attempts: 0, retries: 0 }

function written(note: DeliveryNote): OriginalMessage {
  const { key, value, headers = [] } = encodeNote(original, note)
  return { key, value, headers }
}

function changed(name: string, value: string | null): OriginalMessage {
  const message = written(dead)
  const headers: Headers = message.headers.map((header) =>
    header[0] === name ? [name, value === null ? null : Buffer.from(value)] : header,
  )
  return { ...message, headers }
}

describe('the headers of deliveries and dead letters', () => {
  it('are read as they were written, beside the original message', () => {
    expect(decodeDeadLetter(written(dead))).toEqual({ ok: true, note: dead, original })
    expect(decodeDelivery(written(plain))).toEqual({ ok: true, note: plain, original })
  })

  it('leave the bytes of key and value as they are', () => {
    expect(written(dead).key).toBe(original.key)
    expect(written(dead).value).toBe(original.value)
  })

  it.each([-1, 9.2e18])('keep the broker time %d, which is no date', (timestampMs) => {
    const note: DeliveryNote = { ...plain, origin: { ...origin, timestampMs } }
    expect(decodeDelivery(written(note))).toEqual({ ok: true, note, original })
  })

  it('cut the message of a failure, be it in the middle of a character', () => {
    const message = `${'x'.repeat(MAX_FAILURE_TEXT - 1)}😀`
    const read = decodeDelivery(written({ ...plain, lastFailure: { ...failure, message } }))
    expect(read).toMatchObject({ ok: true, note: { lastFailure: { message: message.slice(0, -2).concat('\ufffd') } } })
  })

  it('are missing on a message that was not written for such a topic, which is given back', () => {
    const foreign = { key: null, value: null, headers: [['a', null]] as Headers }
    expect(decodeDelivery(foreign)).toMatchObject({
      ok: false,
      problem: { code: 'DELIVERY_MISSING' },
      original: foreign,
    })
  })

  it.each([
    ['hh-delivery', 'again'],
    ['hh-group', ''],
    ['hh-partition', '-1'],
    ['hh-offset', '1e3'],
    ['hh-offset', '9999999999999999'],
    ['hh-offset', null],
    ['hh-timestamp', 'yesterday'],
    ['hh-last-code', 'no code'],
    ['hh-first-message', 'x'.repeat(MAX_FAILURE_TEXT + 1)],
    ['hh-not-before', '12'],
  ])('are broken where %s is %j, and the problem names it', (name, value) => {
    expect(decodeDeadLetter(changed(name, value))).toMatchObject({
      ok: false,
      problem: { code: 'DELIVERY_BROKEN', message: expect.stringContaining(name) },
      original,
    })
  })

  it('of a dead letter name its failures', () => {
    expect(decodeDeadLetter(written(plain))).toMatchObject({
      ok: false,
      problem: { message: expect.stringMatching(/hh-first-code.*hh-last-code.*hh-fingerprint/) },
    })
  })
})
