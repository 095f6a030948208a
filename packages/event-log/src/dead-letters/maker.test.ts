import { encodeNote, type FetchedMessage, type OutgoingMessage } from '@house-helper/events-core'
import { describe, expect, it } from 'vitest'
import { deadLetterMessage, deadNote } from '../../test/dead-letter-stand.ts'
import { domains } from '../../test/stand.ts'
import { headChain } from '../head.ts'
import { deadLetterMaker } from './maker.ts'

const place = { group: 'points', topic: 'house-helper.dead.points', partition: 0 }
const now = new Date('2026-01-01T00:00:00Z')

function made(message: OutgoingMessage, fields: Partial<FetchedMessage> = {}) {
  const fetched = { headers: [], ...message, offset: 7, timestampMs: 1_760_000_000_000, ...fields }
  return deadLetterMaker(domains, headChain())(fetched, place, now)
}

describe('the document of a dead letter', () => {
  it('is about whom the contract says, and else about whom the event names', () => {
    const login = { type: 'user.logged.in', userId: 'user-1' }
    const { note } = { note: deadNote('points', 1) }
    expect(made(deadLetterMessage(note, 'e', login)).subject).toBe('user-1')
    expect(made(deadLetterMessage(note, 'e', { type: 'cat.fed' })).subject).toBe('household-001')
    expect(made(deadLetterMessage(note, 'e', { householdId: undefined, userId: undefined })).subject).toBeUndefined()
  })

  it('has an id that its place in the dead-letter topic does not change', () => {
    const message = deadLetterMessage(deadNote('points', 1), 'e')
    const { _id } = made(message)
    expect(_id).toMatch(/^[0-9a-f]{24}$/)
    expect(made(message, { offset: 8, timestampMs: 1 })._id).toBe(_id)
    expect(made(deadLetterMessage(deadNote('points', 1, { attempts: 9 }), 'e'))._id).toBe(_id)
    expect(made(deadLetterMessage(deadNote('points', 2), 'e'))._id).not.toBe(_id)
  })

  it('has an id of its own for each message that cannot be read', () => {
    const message = { key: null, value: Buffer.from('?') }
    expect(made(message, { offset: 8 })._id).not.toBe(made(message)._id)
  })

  it('holds no bytes where these are more than a document can have, and says so', () => {
    const value = Buffer.alloc(16 * 1024 * 1024)
    const document = made(encodeNote({ key: null, value, headers: [] }, deadNote('points', 1)))
    expect(document).toMatchObject({ value: null, size: value.length, unreadable: { reason: 'too-large' } })
    const headers = [['h', value] as const]
    expect(made({ key: null, value: null, headers })).toMatchObject({ unreadable: { reason: 'too-large' } })
  })

  it.each([-1, 9.2e18])('has the time of its indexing where the broker time is %d', (timestampMs) => {
    expect(made(deadLetterMessage(deadNote('points', 1), 'e'), { timestampMs }).time).toEqual(now)
  })
})
