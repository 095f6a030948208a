import { beforeEach, describe, expect, it } from 'vitest'
import { until } from '../test/condition.ts'
import {
  createGroupTopics,
  type GroupTopics,
  message,
  type ReadDeadLetter,
  readAll,
  readDeadLetters,
} from '../test/household.ts'
import { memoryStage, type OnStarted } from '../test/stage.ts'
import { decodeProgress, encodeProgress } from './progress/commit-metadata.ts'

const stage = memoryStage()
const on = { deadLetters: true }

let topics: GroupTopics
beforeEach(async () => {
  topics = await createGroupTopics(stage.transport, 'helpers')
})

const dead = (): Promise<ReadDeadLetter[]> => readDeadLetters(stage.transport, topics.dead)

const failPoison: OnStarted = ({ data, id }) => {
  if (data.note === 'poison') throw new Error(`no luck with ${id}`)
}
const poison = (step = 1) => message({ data: { step, note: 'poison' } })

describe('a dead letter', () => {
  it('has the key, headers and value byte for byte, the reason, and the place', async () => {
    const value = Buffer.from(
      `{ "b":9007199254740993, "id":"e-1","type":"chore.started","source":"t","householdId":"household-1","timestamp":"2025-10-09T12:00:00Z","version":"1.0","data":{"step":1,"note":"poison"}}`,
    )
    const headers = [
      ['traceparent', Buffer.from('00-1')],
      ['hh-group', Buffer.from([0xff])],
      ['twice', null],
      ['twice', Buffer.from('')],
    ] as const
    const key = Buffer.from([0xff, 0, 1])
    await stage.sendToFirst([message(), { key, value, headers, timestampMs: 1_700_000_000_000 }])
    const one = stage.subscriber(failPoison, on)
    await one.start()
    await until('it is a dead letter', () => one.stats().deadLettered === 1)
    const failure = {
      code: 'HANDLER_FAILED',
      message: 'The handler threw Error: no luck with e-1',
      atMs: expect.any(Number),
    }
    expect(await dead()).toEqual([
      {
        original: { key, value, headers },
        note: {
          kind: 'live',
          groupId: 'helpers',
          origin: { topic: stage.topic, partition: 0, offset: 1, timestampMs: 1_700_000_000_000 },
          attempts: 3,
          retries: 0,
          firstFailure: failure,
          lastFailure: failure,
          fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
        },
      },
    ])
  })

  it('lets its key go on, and the offset with it', async () => {
    const handled: number[] = []
    const one = stage.subscriber((event, context) => {
      failPoison(event, context)
      handled.push(event.data.step)
    }, on)
    await stage.sendToFirst([poison(0), message({ data: { step: 1 } }), poison(2), message({ data: { step: 3 } })])
    await one.start()
    await until('everything is committed', async () => (await stage.committed())?.offset === 4)
    expect(handled).toEqual([1, 3])
    expect(one.stats()).toMatchObject({ handled: 2, givenUp: 2, deadLettered: 2, held: 0 })
    expect(one.health()).toEqual({ status: 'up', reasons: [] })
    expect(await dead()).toHaveLength(2)
  })

  it.each([
    ['REJECTED', {}, 'reject'],
    ['CONTRACT_BROKEN', { data: { step: 'one' } }, ''],
    ['VERSION_TOO_NEW', { version: '2.0' }, ''],
    ['VERSION_UNKNOWN', { version: 'latest' }, ''],
  ] as const)('is made at once for %s', async (code, given, behaviour) => {
    let calls = 0
    const one = stage.subscriber(
      (_, { reject }) => {
        calls += 1
        if (behaviour === 'reject') reject('nobody lives there')
      },
      { ...on, retry: { attempts: 3, baseMs: 1, later: { delayMs: 1 } } },
    )
    await one.start()
    await stage.send([message(given)])
    await until('it is a dead letter', () => one.stats().deadLettered === 1)
    expect(calls).toBe(behaviour === 'reject' ? 1 : 0)
    expect(await dead()).toMatchObject([{ note: { retries: 0, lastFailure: { code }, attempts: calls } }])
    expect(one.stats()).toMatchObject({ postponed: 0, retried: 0 })
  })

  it('is made of an event that kills the process in each of its attempts, without running it', async () => {
    let calls = 0
    const tried = [{ offset: 0, attempts: 3, running: true, deaths: ['aaaaaaaa', 'bbbbbbbb'] }]
    await stage.sendToFirst([message({ householdId: 'killer' }), message()])
    await stage.commitAs(0, encodeProgress(0, { clean: false, crashes: 0, writer: 'cccccccc', done: [], tried }))
    const one = stage.subscriber(({ householdId }) => {
      if (householdId === 'killer') calls += 1
    }, on)
    await one.start()
    await until(
      'the other one is handled, the killer dead',
      () => one.stats().handled === 1 && one.stats().deadLettered === 1,
    )
    expect(calls).toBe(0)
    expect(await dead()).toMatchObject([{ note: { attempts: 3, lastFailure: { code: 'PROCESS_DIED' } } }])
  })

  it('names the first failure and the last', async () => {
    const one = stage.subscriber((_, { delivery }) => {
      throw new Error(`attempt ${delivery.attempt}`)
    }, on)
    await one.start()
    await stage.send([message()])
    await until('it is a dead letter', () => one.stats().deadLettered === 1)
    const [letter] = await dead()
    expect(letter?.note.firstFailure.message).toMatch(/attempt 1$/)
    expect(letter?.note.lastFailure.message).toMatch(/attempt 3$/)
  })
})

describe('a dead letter that cannot be written', () => {
  it.each([
    [
      'is tried again for as long as the broker refuses it',
      { outcome: 'not-sent', code: 'NOT_AUTHORIZED', canRetry: false },
    ],
    ['is tried again for as long as there is no answer', { outcome: 'unknown', written: false }],
  ] as const)('%s; its key waits, others go on, and health says so', async (_, fault) => {
    const end = stage.transport.broker.faults.failAppends({ ...fault, times: 1000, topic: topics.dead })
    const handled: string[] = []
    const one = stage.subscriber((event, context) => {
      failPoison(event, context)
      handled.push(`${event.householdId} ${event.data.step}`)
    }, on)
    await stage.sendToFirst([poison(), message(), message({ householdId: 'household-2', data: { step: 2 } })])
    await one.start()
    await until('health says so', () => one.health().reasons.some(({ code }) => code === 'DEAD_LETTER_FAILING'))
    await until('the other key is committed', async () => {
      const position = await stage.committed()
      return decodeProgress(0, position?.metadata ?? '')?.done.length === 1
    })
    expect(handled).toEqual(['household-2 2'])
    expect(await stage.committed()).toMatchObject({ offset: 0 })
    expect(one.health()).toMatchObject({
      status: 'degraded',
      reasons: [{ message: expect.stringContaining(topics.dead) }],
    })
    end()
    await until('its key goes on', async () => (await stage.committed())?.offset === 3)
    expect(handled).toEqual(['household-2 2', 'household-1 1'])
    expect(one.health()).toEqual({ status: 'up', reasons: [] })
    expect(await dead()).toHaveLength(1)
  })

  it('holds back the commit until it is acknowledged', async () => {
    const release = stage.transport.broker.faults.holdAppends({ topic: topics.dead })
    const one = stage.subscriber(failPoison, on)
    await stage.sendToFirst([poison(), message({ householdId: 'household-2' })])
    await one.start()
    await until('the rest is committed', async () => {
      const position = await stage.committed()
      return decodeProgress(0, position?.metadata ?? '')?.done.length === 1
    })
    expect(await stage.committed()).toMatchObject({ offset: 0 })
    expect(one.stats()).toMatchObject({ givenUp: 1, deadLettered: 0, inFlight: 0 })
    release()
    await until('all is committed', async () => (await stage.committed())?.offset === 2)
  })

  it('waits alone where it is too large for its topic', async () => {
    await stage.transport.admin.createTopics([
      { name: 'house-helper.inbox.small', partitions: 1, replicationFactor: 1, config: {} },
      { name: 'house-helper.dead.small', partitions: 1, replicationFactor: 1, config: { 'max.message.bytes': '4000' } },
    ])
    const one = stage.subscriber(failPoison, { ...on, groupId: 'small' })
    const large = { householdId: 'large', data: { step: 1, note: 'poison' }, source: 'x'.repeat(4000) }
    await stage.sendToFirst([poison(), message(large), ...[2, 3, 4].map((step) => poison(step))])
    await one.start()
    await until('the small ones are dead letters', () => one.stats().deadLettered === 4)
    expect(one.health().reasons).toMatchObject([{ code: 'DEAD_LETTER_FAILING' }])
    expect(await readAll(stage.transport, 'house-helper.dead.small')).toHaveLength(4)
  })

  it('is written once by the next owner when the partition moves meanwhile', async () => {
    const end = stage.transport.broker.faults.failAppends({ outcome: 'not-sent', times: 1000, topic: topics.dead })
    const one = stage.subscriber(failPoison, on)
    await stage.sendToFirst([poison(), message()])
    await one.start()
    await until('it fails', () => one.health().reasons.some(({ code }) => code === 'DEAD_LETTER_FAILING'))
    await stage.transport.broker.faults.lose('helpers', 'a test')
    await until('the partition is back', () => one.stats().partitions.length > 0)
    end()
    await until('all is committed', async () => (await stage.committed())?.offset === 2)
    expect(await dead()).toHaveLength(1)
    expect(one.stats()).toMatchObject({ deadLettered: 1, handled: 1 })
  })
})

describe('a crash after a dead letter, before its commit', () => {
  it('gives a second one at most, with the same original position', async () => {
    const quiet = { ...on, commitIntervalMs: 60_000, closeTimeoutMs: 40 }
    const one = stage.subscriber(failPoison, quiet)
    await stage.sendToFirst([poison()])
    await one.start()
    await until('it is a dead letter', () => one.stats().deadLettered === 1)
    await stage.transport.broker.faults.kill('helpers')
    const two = stage.subscriber(failPoison, quiet)
    await two.start()
    await until('it is one again', () => two.stats().deadLettered === 1)
    const letters = await dead()
    expect(letters).toHaveLength(2)
    expect(letters[1]?.note.origin).toEqual(letters[0]?.note.origin)
  })

  it('gives none after an orderly close', async () => {
    const one = stage.subscriber(failPoison, { ...on, commitIntervalMs: 60_000 })
    await stage.sendToFirst([poison()])
    await one.start()
    await until('it is a dead letter', () => one.stats().deadLettered === 1)
    await one.close()
    const two = stage.subscriber(failPoison, on)
    await two.start()
    await stage.sendToFirst([message()])
    await until('the next one is handled', () => two.stats().handled === 1)
    expect(two.stats()).toMatchObject({ received: 1, givenUp: 0 })
  })
})

describe('a closing subscriber', () => {
  it('waits for the dead letters that are on their way', async () => {
    const release = stage.transport.broker.faults.holdAppends({ topic: topics.dead })
    const one = stage.subscriber(failPoison, { ...on, closeTimeoutMs: 8000 })
    await stage.sendToFirst([poison()])
    await one.start()
    await until('it is on its way', () => one.stats().givenUp === 1)
    const closing = one.close()
    release()
    await closing
    expect(one.stats().deadLettered).toBe(1)
    expect(await stage.committed()).toMatchObject({ offset: 1 })
  })
})

describe('the topics of a group', () => {
  it('are named with the command that creates them where they are missing', async () => {
    const one = stage.subscriber(() => {}, { ...on, groupId: 'newcomers' })
    await expect(one.start()).rejects.toMatchObject({
      code: 'TOPICS_MISSING',
      message: expect.stringMatching(
        /inbox\.newcomers, .*dead\.newcomers do .*`hh-events topics apply --group newcomers`/,
      ),
    })
  })

  it('are not needed without dead letters and later retries', async () => {
    const one = stage.subscriber(() => {}, { groupId: 'newcomers' })
    await one.start()
    await stage.send([message()])
    await until('it is handled', () => one.stats().handled === 1)
  })
})
