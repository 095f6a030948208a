import { encodeNote } from '@house-helper/events-core'
import { createMemoryTransport } from '@house-helper/transport-memory'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  createDeadLetterStand,
  type DeadLetterStand,
  deadLetterMessage,
  deadNote,
  originalHeaders,
} from '../../test/dead-letter-stand.ts'
import { haltingDatabase, withCommand } from '../../test/halting-database.ts'
import { eventMessage, until } from '../../test/stand.ts'

describe('the indexer of dead letters', () => {
  let stand: DeadLetterStand
  beforeEach(async () => {
    stand = await createDeadLetterStand(['points', 'mail'])
  })
  afterEach(() => stand.close())

  const list = async () => (await stand.letters.list({ limit: 500 })).items

  it('keeps a dead letter with its reason and the original message byte for byte', async () => {
    await stand.append('points', [deadLetterMessage(deadNote('points', 41), 'e-1')])
    stand.indexer()
    await stand.indexed('points', 1)
    const [summary] = await list()
    const letter = await stand.letters.get(summary?.id ?? '')
    expect(letter).toMatchObject({
      ...{ group: 'points', state: 'open', count: 1, subject: 'household-001', fingerprint: 'f-1', changes: [] },
      event: { id: 'e-1', type: 'task.completed', source: 'api-service', version: '1.0' },
      note: {
        ...{ kind: 'live', topic: 'house-helper.tasks', partition: 1, offset: 41, attempts: 5, retries: 0 },
        lastFailure: { code: 'HANDLER_FAILED', message: 'The handler threw Error: no such task' },
      },
      places: ['house-helper.dead.points/0/0'],
    })
    const { key, value } = eventMessage('e-1')
    expect([letter?.key, letter?.value, letter?.headers]).toEqual([key, value, originalHeaders])
  })

  it('takes a second dead letter of the same event in the same group for the same one', async () => {
    const first = deadLetterMessage(deadNote('points', 41), 'e-1')
    const lastFailure = { code: 'HANDLER_TIMEOUT', message: 'too slow', atMs: 1_760_000_001_000 }
    const second = deadLetterMessage(deadNote('points', 41, { kind: 'retry', attempts: 9, lastFailure }), 'e-1')
    // Once in one batch, and once later.
    await stand.append('points', [first, first])
    stand.indexer()
    await stand.indexed('points', 2)
    await stand.append('points', [second])
    await stand.indexed('points', 3)
    expect(await list()).toMatchObject([
      { count: 3, note: { kind: 'retry', attempts: 9, lastFailure: { code: 'HANDLER_TIMEOUT' } }, state: 'open' },
    ])
  })

  it.each([
    ['another group', 'mail', deadNote('mail', 41), 'e-1'],
    ['another position', 'points', deadNote('points', 42), 'e-1'],
    ['a replay', 'points', deadNote('points', 41, { kind: 'replay', replayRunId: 'run-1' }), 'e-1'],
    ['another event at the same position, after Kafka was made anew', 'points', deadNote('points', 41), 'e-2'],
  ])('tells a dead letter from one of %s', async (_what, group, note, id) => {
    await stand.append('points', [deadLetterMessage(deadNote('points', 41), 'e-1')])
    await stand.append(group, [deadLetterMessage(note, id)], 1)
    stand.indexer()
    await stand.indexed('points', 1)
    await stand.indexed(group, 1, 1)
    const letters = await list()
    expect(letters.map(({ count }) => count)).toEqual([1, 1])
    expect(new Set(letters.map(({ id }) => id)).size).toBe(2)
  })

  it('keeps what it cannot read, with the reason, and goes on', async () => {
    const { key, value } = eventMessage('e-2')
    const broken = deadLetterMessage(deadNote('points', -7), 'e-3')
    await stand.append('points', [
      { key: null, value: null },
      { key, value, headers: originalHeaders },
      broken,
      deadLetterMessage(deadNote('mail', 41), 'e-4'),
      deadLetterMessage(deadNote('points', 41), 'e-5'),
      encodeNote({ key: null, value: Buffer.from('no JSON'), headers: [] }, deadNote('points', 42)),
    ])
    stand.indexer()
    await stand.indexed('points', 6)
    const letters = (await list()).toReversed()
    expect(letters.map(({ event, unreadable }) => [event?.id, unreadable?.reason])).toEqual([
      [undefined, 'headers-missing'],
      ['e-2', 'headers-missing'],
      ['e-3', 'headers-broken'],
      ['e-4', 'other-group'],
      ['e-5', undefined],
      [undefined, undefined],
    ])
    expect(letters[2]?.unreadable?.message).toContain('hh-offset')
    expect(await stand.letters.get(letters[1]?.id ?? '')).toMatchObject({ key, value })
  })

  it('finds the topics of groups that come later', async () => {
    const indexer = stand.indexer()
    await until('the groups are known', () => indexer.groups().length === 2)
    const { admin } = stand.transport
    const late = { name: 'house-helper.dead.late', partitions: 1, replicationFactor: 1, config: {} }
    await admin.createTopics([late])
    await stand.append('late', [deadLetterMessage(deadNote('late', 1), 'e-1')])
    await stand.indexed('late', 1)
    expect(indexer.groups()).toEqual(['late', 'mail', 'points'])
  })

  it('counts each dead letter once, whatever is killed and however many index', async () => {
    const first = Array.from({ length: 40 }, (_, n) => deadLetterMessage(deadNote('points', n), `e-${n}`))
    await stand.append('points', first)
    const { db, halted } = haltingDatabase(stand.db, {
      when: 'after',
      matches: ({ insert }) => insert === 'deadLetters',
    })
    const killed = stand.indexer({ db })
    await halted
    await killed.close({ timeoutMs: 10 })
    expect(await list()).toHaveLength(40)
    stand.indexer()
    stand.indexer()
    await stand.append('points', first.slice(0, 5))
    await stand.indexed('points', 45)
    const counts = (await list()).map(({ count }) => count)
    expect(counts.toSorted()).toEqual([...Array(35).fill(1), ...Array(5).fill(2)])
  })

  it('indexes a topic that was made anew from its beginning, also when it is longer than before', async () => {
    await stand.append('points', [deadLetterMessage(deadNote('points', 1), 'e-1')])
    const before = stand.indexer()
    await stand.indexed('points', 1)
    await before.close()
    const other = createMemoryTransport()
    const topic = 'house-helper.dead.points'
    await other.admin.createTopics([{ name: topic, partitions: 1, replicationFactor: 1, config: {} }])
    const messages = [1, 2, 3].map((n) => deadLetterMessage(deadNote('points', n), `other-${n}`))
    await other.sender.append({ topic, partition: 0, messages }, { timeoutMs: 1_000 })
    stand.indexer({ transport: other })
    await stand.indexed('points', 3)
    expect((await list()).map(({ event }) => event?.id).toSorted()).toEqual(['e-1', 'other-1', 'other-2', 'other-3'])
    await other.close()
  })

  it('goes on with the others where one cannot be stored', async () => {
    const db = withCommand(stand.db, async (command, options) => {
      const isBad = command.insert === 'deadLetters' && command.documents[0].group === 'mail'
      return isBad ? { n: 0, writeErrors: [{ index: 0, code: 2 }] } : stand.db.command(command, options)
    })
    await stand.append('mail', [deadLetterMessage(deadNote('mail', 1), 'e-1')])
    const indexer = stand.indexer({ db })
    await until('it says so', () => indexer.health().state === 'degraded')
    expect(indexer.health().reasons[0]).toContain('house-helper.dead.mail/0/0')
    await stand.append('points', [deadLetterMessage(deadNote('points', 1), 'e-2')])
    await stand.indexed('points', 1)
  })

  it('says why it cannot index, and goes on by itself', async () => {
    const { transport } = stand
    let isAway = true
    const admin = {
      ...transport.admin,
      describeTopics: () => (isAway ? Promise.reject(new Error('gone')) : transport.admin.describeTopics()),
    }
    const indexer = stand.indexer({ transport: { ...transport, read: transport.read, admin } })
    await until('it says so', () => indexer.health().state === 'degraded')
    expect(indexer.health().reasons[0]).toContain('Dead letters are not indexed')
    isAway = false
    await until('it goes on', () => indexer.health().state === 'up')
  })
})
