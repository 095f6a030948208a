import { encodeEnvelope, type OutgoingMessage } from '@house-helper/events-core'
import { type SoakEvent, soakEvents } from '../events.ts'
import { conducted } from '../handling/conduct.ts'

/** An event of a mixture, and what is wrong with it. */
export interface MixedEvent {
  readonly soakEvent: SoakEvent
  /** Its handler always fails, or its data breaks the contract. */
  readonly bad: 'fails' | 'broken' | undefined
}

/** One event in a hundred is bad. */
const BAD_EVERY = 100
/** Of so many keys one has bad events. */
const SICK_EVERY = 10

/** A mixture of good and bad events, and which keys ever have a bad one. */
export interface Mixture {
  readonly events: Iterator<MixedEvent, unknown>
  isSick(key: string): boolean
}

/** Mixes tasks' events of many households; bad ones are of one household in ten, in turn of two kinds. */
export function mixtureOf(seed: number): Mixture {
  const keys = new Map<string, number>()
  const isSick = (key: string): boolean => (keys.get(key) ?? 1) % SICK_EVERY === 0
  function* mix(): Generator<MixedEvent, never, void> {
    let sinceBad = 0
    let bads = 0
    for (const soakEvent of soakEvents(seed, { domains: ['tasks'], households: 200 })) {
      if (!keys.has(soakEvent.key)) keys.set(soakEvent.key, keys.size)
      sinceBad += 1
      if (sinceBad < BAD_EVERY || !isSick(soakEvent.key)) {
        yield { soakEvent, bad: undefined }
        continue
      }
      // What is due late is made up for, so that it stays one in a hundred.
      sinceBad -= BAD_EVERY
      bads += 1
      if (bads % 2 === 0) yield { soakEvent, bad: 'broken' }
      else yield { soakEvent: conducted(soakEvent, { fails: 'always' }), bad: 'fails' }
    }
    throw new Error('Households never come to an end.')
  }
  return { events: mix(), isSick }
}

/**
 * The message of an event whose data lacks what its contract demands: no publisher of ours would send it.
 * It goes another way than its neighbours, so it has no place in the order of its key.
 */
export function brokenMessage({ event: { type, fields }, key }: SoakEvent): OutgoingMessage {
  const { id, householdId, userId, timestamp } = fields
  const value = encodeEnvelope({
    ...{ id, type, source: 'task-service', householdId, timestamp, version: '1.0' },
    ...(userId !== undefined && { userId }),
    data: { title: 42 },
  })
  return { key: Buffer.from(key), value, headers: [['origin', Buffer.from('another-service')]] }
}
