import { defineDomain, defineEvent, isEventId, withCause, withCauseToBeNamed } from '@house-helper/events-core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { lamps } from '../test/lamps.ts'
import type { PublishError } from './errors.ts'
import { type StampedEvent, stampEvent } from './stamp.ts'

const stamp = { source: 'lamp-service', nowMs: Date.UTC(2025, 9, 9, 12) }
const subject = { householdId: 'household-1' }
const lit = (data: unknown, fields: unknown = subject): StampedEvent =>
  stampEvent(lamps, stamp, 'lamp.lit', data, fields)

function failure(run: () => unknown): PublishError {
  try {
    run()
  } catch (error) {
    return error as PublishError
  }
  throw new Error('It did not throw.')
}

const paths = (run: () => unknown): string[] => {
  const error = failure(run)
  expect(error).toMatchObject({ name: 'PublishError', code: 'EVENT_INVALID', outcome: 'not-sent', canRetry: false })
  return error.issues.map(({ path }) => path)
}

describe('a stamped event', () => {
  it('has the id, time, correlation and metadata that the caller gives', () => {
    const fields = {
      householdId: 'household-1',
      userId: 'user-1',
      id: 'request-7',
      timestamp: '2025-10-09T14:00:00.123456789+02:00',
      correlationId: 'req-1',
      causationId: 'click-1',
      metadata: { client: 'ios' },
    }
    expect(lit({ lampId: 'lamp-1' }, fields).envelope).toMatchObject({
      id: 'request-7',
      userId: 'user-1',
      timestamp: '2025-10-09T12:00:00.123Z',
      metadata: { correlationId: 'req-1', causationId: 'click-1', client: 'ios' },
    })
  })

  it('takes a Date as its time', () => {
    const timestamp = new Date(Date.UTC(2024, 1, 29))
    expect(lit({ lampId: 'lamp-1' }, { ...subject, timestamp }).envelope.timestamp).toBe('2024-02-29T00:00:00.000Z')
  })

  it('begins a correlation of its own where nothing caused it', () => {
    const { envelope } = lit({ lampId: 'lamp-1' })
    expect(isEventId(envelope.id)).toBe(true)
    expect(envelope.metadata).toEqual({ correlationId: envelope.id })
  })

  it('keeps the correlation that the caller gives before that of its cause', () => {
    const { envelope } = withCause({ eventId: 'cause-1', correlationId: 'story-1' }, () =>
      lit({ lampId: 'lamp-1' }, { ...subject, correlationId: 'mine' }),
    )
    expect(envelope.metadata).toEqual({ correlationId: 'mine', causationId: 'cause-1' })
  })

  it('has the correlation and causation of the event that the caller names, before those of the one being handled', () => {
    const cause = { id: 'cause-2', correlationId: 'story-2' }
    const named = withCause({ eventId: 'cause-1', correlationId: 'story-1' }, () =>
      lit({ lampId: 'lamp-1' }, { ...subject, cause }),
    )
    expect(named.envelope.metadata).toEqual({ correlationId: 'story-2', causationId: 'cause-2' })
    const own = lit({ lampId: 'lamp-1' }, { ...subject, cause, causationId: 'click-1' })
    expect(own.envelope.metadata).toEqual({ correlationId: 'story-2', causationId: 'click-1' })
    const root = withCause({ eventId: 'cause-1', correlationId: 'story-1' }, () =>
      lit({ lampId: 'lamp-1' }, { ...subject, cause: null }),
    )
    expect(root.envelope.metadata).toEqual({ correlationId: root.envelope.id })
  })

  it('names its cause where several events are handled at once', () => {
    const inBatch = (fields: object): unknown => withCauseToBeNamed(() => lit({ lampId: 'lamp-1' }, fields))
    expect(paths(() => inBatch(subject))).toEqual(['cause'])
    expect(paths(() => inBatch({ ...subject, causationId: 'click-1' }))).toEqual(['cause'])
    expect(inBatch({ ...subject, cause: { id: 'a', correlationId: 'story' } })).toMatchObject({
      envelope: { metadata: { correlationId: 'story', causationId: 'a' } },
    })
    expect(inBatch({ ...subject, correlationId: 'story', causationId: 'a' })).toMatchObject({
      envelope: { metadata: { correlationId: 'story', causationId: 'a' } },
    })
    expect(inBatch({ ...subject, cause: null, id: 'root' })).toMatchObject({
      envelope: { metadata: { correlationId: 'root' } },
    })
  })

  it('holds what was checked, whatever the original says when it is read again', () => {
    let reads = 0
    const data = {
      get lampId() {
        reads += 1
        return reads === 1 ? 'lamp-1' : { evil: true }
      },
    }
    const { value } = lit(data)
    expect(JSON.parse(Buffer.from(value).toString()).data).toEqual({ lampId: 'lamp-1' })
  })

  it('is written without the toJSON of its data', () => {
    class Lamp {
      readonly lampId = 'lamp-1'
      toJSON(): unknown {
        return { lampId: 'forged' }
      }
    }
    const data = new Lamp()
    expect(JSON.parse(Buffer.from(lit(data).value).toString()).data).toEqual({ lampId: 'lamp-1' })
  })
})

describe('an event is refused', () => {
  it('when its domain has no such type', () => {
    expect(paths(() => stampEvent(lamps, stamp, 'lamp.eaten', {}, subject))).toEqual(['type'])
    expect(failure(() => stampEvent(lamps, stamp, 'lamp.eaten', {}, subject)).message).toContain('lamp.lit')
    expect(paths(() => stampEvent(lamps, stamp, undefined as unknown as string, {}, subject))).toEqual(['type'])
  })

  it.each([
    ['the household is missing', {}, ['householdId']],
    ['the fields are missing', null, ['householdId']],
    ['only the user is given', { userId: 'user-1' }, ['householdId']],
    ['the household is empty', { householdId: '' }, ['householdId']],
    ['the household is no text', { householdId: 7 }, ['householdId']],
    ['the household has a lone surrogate', { householdId: 'h\ud800' }, ['householdId']],
    ['the id has a space', { ...subject, id: 'two words' }, ['id']],
    ['the id is too long', { ...subject, id: 'x'.repeat(129) }, ['id']],
    ['the time is none', { ...subject, timestamp: 'yesterday' }, ['timestamp']],
    ['the time is an invalid Date', { ...subject, timestamp: new Date(Number.NaN) }, ['timestamp']],
    ['the year has five digits', { ...subject, timestamp: new Date(Date.UTC(20_000, 0)) }, ['timestamp']],
    ['metadata is no text', { ...subject, metadata: { count: 7 } }, ['metadata.count']],
    ['metadata names the correlation', { ...subject, metadata: { correlationId: 'c' } }, ['metadata.correlationId']],
    ['metadata is a list', { ...subject, metadata: ['a'] }, ['metadata']],
    ['the cause is no event', { ...subject, cause: 'cause-1' }, ['cause']],
    ['the cause has no correlation', { ...subject, cause: { id: 'cause-1' } }, ['cause']],
    ['the signal is none', { ...subject, signal: {} }, ['signal']],
    ['a field is unknown', { ...subject, houseHoldId: 'household-1' }, ['houseHoldId']],
  ])('when %s', (_, fields, expected) => {
    expect(paths(() => lit({ lampId: 'lamp-1' }, fields))).toEqual(expected)
  })

  it('when it is about a user and names none', () => {
    expect(paths(() => stampEvent(lamps, stamp, 'lamp.bought', { lampId: 'lamp-1' }, subject))).toEqual(['userId'])
  })

  const cyclic: Record<string, unknown> = { lampId: 'lamp-1' }
  cyclic.tags = cyclic
  it.each([
    ['a field is missing', {}, ['data.lampId']],
    ['a field is unknown', { lampId: 'lamp-1', colour: 'red' }, ['data']],
    ['a number is a BigInt', { lampId: 'lamp-1', watts: 8n }, ['data.watts']],
    ['it has a cycle', cyclic, ['data.tags.tags']],
    ['it is null', null, ['data']],
    ['it is a list', [], ['data']],
    ['it has a field toJSON', { lampId: 'lamp-1', toJSON: () => ({}) }, ['data']],
  ])('when of its data %s', (_, data, expected) => {
    expect(paths(() => lit(data))).toEqual(expected)
  })

  it('when a getter of its data throws, without what the getter said', () => {
    const data = {
      get lampId(): string {
        throw new Error('secret')
      },
    }
    expect(paths(() => lit(data))).toEqual(['data'])
    expect(JSON.stringify(failure(() => lit(data)))).not.toContain('secret')
  })

  it('without a word of its values', () => {
    const error = failure(() => lit({ lampId: 'lamp-1', watts: 'secret', tags: { a: { b: 'secret' } } }))
    expect(error.issues.map(({ path }) => path)).toEqual(['data.watts', 'data.tags.a'])
    expect(`${error.stack}${JSON.stringify(error)}`).not.toContain('secret')
  })
})

describe('a stamped event of a contract with publishAs', () => {
  const event = { type: 'lamp.lit', description: 'A lamp was lit.' } as const
  const data = z.object({ lampIds: z.array(z.string()) })
  const first = defineEvent({
    ...event,
    version: '1.0',
    data: z.object({ lampId: z.string().min(1) }),
    example: { lampId: 'lamp-1' },
  })
  const lampsAs = (publishAs: '1.0' | '2.0') =>
    defineDomain({
      name: 'lamps',
      events: [
        defineEvent({
          ...{ ...event, version: '2.0', data, example: { lampIds: ['lamp-1'] }, previous: first, publishAs },
          upcast: ({ lampId }) => ({ lampIds: [lampId] }),
          downcast: ({ lampIds }) => ({ lampId: lampIds[0] ?? '' }),
        }),
      ],
    })
  const as = (publishAs: '1.0' | '2.0', given: unknown) =>
    stampEvent(lampsAs(publishAs), stamp, 'lamp.lit', given, subject)

  it('is on the wire what that version says, made of data of the newest', () => {
    const given = { lampIds: ['lamp-1', 'lamp-2'] }
    const { envelope, value } = as('1.0', given)
    expect(envelope).toMatchObject({ version: '1.0', data: { lampId: 'lamp-1' } })
    expect(JSON.parse(Buffer.from(value).toString())).toEqual(envelope)
    expect(as('2.0', given).envelope).toMatchObject({ version: '2.0', data: given })
  })

  it('is refused with data of the older version, and where the downcast breaks it', () => {
    expect(paths(() => as('1.0', { lampId: 'lamp-1' }))).toEqual(['data.lampIds', 'data'])
    const error = failure(() => as('1.0', { lampIds: [] }))
    expect(error.issues).toMatchObject([
      { path: 'data.lampId', message: expect.stringContaining('by the downcast from 2.0 to 1.0') },
    ])
  })
})
