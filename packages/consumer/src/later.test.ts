import { type DeliveryNote, decodeDelivery, encodeNote, type OutgoingMessage } from '@house-helper/events-core'
import { beforeEach, describe, expect, it } from 'vitest'
import { until } from '../test/condition.ts'
import { chores } from '../test/domain.ts'
import { createGroupTopics, type GroupTopics, message, readAll, readDeadLetters } from '../test/household.ts'
import { memoryStage, type OnStarted, onChores } from '../test/stage.ts'
import { defineHandlers } from './handlers.ts'
import { createSubscriber } from './subscriber.ts'

const stage = memoryStage()
const quick = { attempts: 2, baseMs: 1 }
const soon = { retry: { ...quick, later: { delayMs: 30, attempts: 2 } } }
const notSoon = { retry: { ...quick, later: { delayMs: 600_000 } } }

let topics: GroupTopics
beforeEach(async () => {
  topics = await createGroupTopics(stage.transport, 'helpers', 2)
})

const origin = () => ({ topic: stage.topic, partition: 0, offset: 7, timestampMs: 1_700_000_000_000 })
const note = (given: Partial<DeliveryNote>): DeliveryNote => ({
  ...{ kind: 'redrive', groupId: 'helpers', origin: origin(), attempts: 0, retries: 0 },
  ...given,
})

/** Puts a message into the inbox, as a redrive or replay does. */
async function toInbox(one: OutgoingMessage): Promise<void> {
  await stage.transport.sender.append({ topic: topics.inbox, partition: 0, messages: [one] }, { timeoutMs: 1000 })
}

const delivery = (given: Partial<DeliveryNote>, event: OutgoingMessage = message()): OutgoingMessage =>
  encodeNote({ key: event.key, value: event.value, headers: event.headers ?? [] }, note(given))

const failing: OnStarted = () => {
  throw new Error('no')
}

describe('a later retry', () => {
  it('comes again from the inbox after the delay, behind the next events of its key', async () => {
    const seen: string[] = []
    const times: number[] = []
    const one = stage.subscriber(({ data }, { delivery: { kind, attempt, attempts, topic, partition, offset } }) => {
      seen.push(`${kind} ${data.step} ${attempt}/${attempts} ${topic}/${partition}@${offset}`)
      times.push(Date.now())
      if (data.step === 1 && kind === 'live') throw new Error('not yet')
    }, soon)
    await stage.sendToFirst([message({ data: { step: 1 } }), message({ data: { step: 2 } })])
    await one.start()
    await until('both are handled', () => one.stats().handled === 2)
    const place = `${stage.topic}/0`
    expect(seen).toEqual([
      `live 1 1/4 ${place}@0`,
      `live 1 2/4 ${place}@0`,
      `live 2 1/4 ${place}@1`,
      `retry 1 3/4 ${place}@0`,
    ])
    const [letter] = await readAll(stage.transport, topics.inbox)
    const read = letter && decodeDelivery(letter)
    if (!read?.ok) throw new Error('The delivery cannot be read.')
    expect(read.note.notBeforeMs).toBeGreaterThanOrEqual((times[1] ?? 0) + 30)
    expect(times[3]).toBeGreaterThanOrEqual(read.note.notBeforeMs ?? 0)
    expect(one.stats()).toMatchObject({ postponed: 1, givenUp: 0, received: 3 })
  })

  it('leaves the order of all other keys, and of its own first attempts, as it is', async () => {
    const seen = new Map<string, number[]>()
    const one = stage.subscriber(({ householdId, data }, { delivery: { kind } }) => {
      if (data.step % 5 === 0 && kind === 'live') throw new Error('not yet')
      if (kind === 'live') seen.set(householdId, [...(seen.get(householdId) ?? []), data.step])
    }, soon)
    const steps = Array.from({ length: 20 }, (_, step) => step)
    await stage.send(
      steps.flatMap((step) =>
        ['a', 'b', 'c', 'd'].map((key) => message({ householdId: `household-${key}`, data: { step } })),
      ),
    )
    await one.start()
    await until('all are handled', () => one.stats().handled === 80)
    for (const key of ['a', 'b', 'c', 'd']) expect(seen.get(`household-${key}`)).toEqual(steps.filter((n) => n % 5 > 0))
  })

  it('waits in the inbox over a restart', async () => {
    const one = stage.subscriber(failing, soon)
    await stage.sendToFirst([message()])
    await one.start()
    await until('it is in the inbox', () => one.stats().postponed === 1)
    await one.close()
    const attempts: number[] = []
    const two = stage.subscriber((_, context) => void attempts.push(context.delivery.attempt), soon)
    await two.start()
    await until('it is handled', () => two.stats().handled === 1)
    expect(attempts.at(-1)).toBeGreaterThanOrEqual(3)
  })

  it('holds up neither redrives of other keys nor the partition while it waits', async () => {
    const handled: string[] = []
    const one = stage.subscriber((event, { delivery: { kind } }) => {
      if (kind === 'live') throw new Error('no')
      handled.push(`${kind} ${event.householdId}`)
    }, notSoon)
    await stage.sendToFirst([message()])
    await one.start()
    await until('it is in the inbox', () => one.stats().postponed === 1)
    await toInbox(delivery({}, message({ householdId: 'household-2' })))
    await until('the redriven one is handled', () => handled.length === 1)
    expect(handled).toEqual(['redrive household-2'])
    expect(one.stats()).toMatchObject({ inFlight: 0 })
    expect(one.health()).toEqual({ status: 'up', reasons: [] })
  })

  it('keeps its key waiting while the inbox cannot be written, and says so', async () => {
    const end = stage.transport.broker.faults.failAppends({ outcome: 'not-sent', times: 1000, topic: topics.inbox })
    const one = stage.subscriber(({ data }) => {
      if (data.step === 1) throw new Error('no')
    }, notSoon)
    await stage.sendToFirst([message({ data: { step: 1 } }), message({ data: { step: 2 } })])
    await one.start()
    await until('health says so', () => one.health().reasons.some(({ code }) => code === 'INBOX_FAILING'))
    expect(one.stats().handled).toBe(0)
    end()
    await until('its key goes on', () => one.stats().handled === 1)
  })
})

describe('retry later and dead letters', () => {
  const later = { delayMs: 1, attempts: 2 }
  it.each([
    ['both on', later, true, { attempts: 4, postponed: 2, deadLettered: 1, held: 0 }],
    ['only later on', later, false, { attempts: 4, postponed: 2, deadLettered: 0, held: 1 }],
    ['only dead letters on', undefined, true, { attempts: 2, postponed: 0, deadLettered: 1, held: 0 }],
    ['both off', undefined, false, { attempts: 2, postponed: 0, deadLettered: 0, held: 1 }],
  ] as const)('%s', async (_, laterOptions, deadLetters, expected) => {
    const attempts: number[] = []
    const one = stage.subscriber(
      ({ householdId }, context) => {
        if (householdId !== 'poison') return
        attempts.push(context.delivery.attempt)
        throw new Error(`attempt ${context.delivery.attempt}`)
      },
      { deadLetters, retry: { ...quick, later: laterOptions } },
    )
    await stage.sendToFirst([message({ householdId: 'poison' }), message()])
    await one.start()
    await until('it has come to its end', () => one.stats().givenUp === 1 && one.stats().handled === 1)
    await until('it is where it belongs', () => one.stats().deadLettered + one.stats().held === 1)
    const { attempts: count, ...stats } = expected
    expect(attempts).toEqual(Array.from({ length: count }, (__, n) => n + 1))
    expect(one.stats()).toMatchObject(stats)
    const letters = await readDeadLetters(stage.transport, topics.dead)
    expect(letters.map((letter) => letter.note)).toMatchObject(
      deadLetters
        ? [
            {
              kind: laterOptions === undefined ? 'live' : 'retry',
              attempts: count,
              origin: { topic: stage.topic, partition: 0, offset: 0 },
              firstFailure: { message: expect.stringMatching(/attempt 1$/) },
              lastFailure: { message: expect.stringMatching(new RegExp(`attempt ${count}$`)) },
            },
          ]
        : [],
    )
  })
})

describe('the inbox', () => {
  it('brings redrives and replays with their kind, original place, key, headers and value', async () => {
    const seen: object[] = []
    const one = stage.subscriber((event, context) => void seen.push({ step: event.data.step, ...context.delivery }), {
      deadLetters: true,
    })
    await toInbox(delivery({ kind: 'redrive', redriveId: 'redrive-1' }, message({ data: { step: 1 } })))
    await toInbox(delivery({ kind: 'replay', replayRunId: 'run-1' }, message({ data: { step: 2 } })))
    await one.start()
    await until('both are handled', () => one.stats().handled === 2)
    const common = { ...origin(), groupId: 'helpers', attempt: 1, attempts: 3 }
    expect(seen).toEqual([
      { step: 1, kind: 'redrive', redriveId: 'redrive-1', ...common },
      { step: 2, kind: 'replay', replayRunId: 'run-1', ...common },
    ])
  })

  it('gives a redriven event that fails again all its attempts, and a dead letter that names the redrive', async () => {
    const headers = [['traceparent', Buffer.from('00-1')]] as const
    const event = { ...message(), headers }
    const one = stage.subscriber(failing, { deadLetters: true })
    await toInbox(delivery({ redriveId: 'redrive-1' }, event))
    await one.start()
    await until('it is a dead letter', () => one.stats().deadLettered === 1)
    expect(await readDeadLetters(stage.transport, topics.dead)).toMatchObject([
      {
        original: { key: event.key, value: event.value, headers },
        note: { kind: 'redrive', redriveId: 'redrive-1', attempts: 3, origin: origin() },
      },
    ])
  })

  it('leaves out replays where the handler skips them, and nothing else', async () => {
    const kinds: string[] = []
    const handle: OnStarted = (_, context) => void kinds.push(context.delivery.kind)
    const one = stage.subscriberOn({
      on: [onChores({ 'chore.started': { handle, onReplay: 'skip' } })],
      deadLetters: true,
    })
    for (const kind of ['replay', 'redrive', 'retry'] as const) {
      await toInbox(delivery({ kind, ...(kind === 'replay' && { replayRunId: 'run-1' }) }))
    }
    await one.start()
    await until('the others are handled', () => one.stats().handled === 2)
    expect(kinds).toEqual(['redrive', 'retry'])
    expect(one.stats()).toMatchObject({ replaysSkipped: 1 })
  })

  it.each([
    ['without delivery headers', () => message(), /no delivery headers/],
    ['for another group', () => delivery({ groupId: 'others' }), /addressed to the group others/],
    ['that says it is live', () => delivery({ kind: 'live' }), /kind is live/],
    ['with broken headers', () => delivery({ attempts: -1 }), /hh-attempts/],
  ])('passes over a message %s with a warning', async (_, made, reason) => {
    const one = stage.subscriber(() => {}, { deadLetters: true })
    await toInbox(made())
    await toInbox(delivery({}))
    await one.start()
    await until('the next one is handled', () => one.stats().handled === 1)
    expect(one.stats()).toMatchObject({ misaddressed: 1, received: 2 })
    expect(stage.lines).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        fields: expect.objectContaining({ reason: expect.stringMatching(reason) }),
      }),
    )
  })

  it('counts the attempts at its own offsets, so that they survive a restart', async () => {
    const attempts: number[] = []
    const handle: OnStarted = (_, context) => {
      attempts.push(context.delivery.attempt)
      throw new Error('no')
    }
    await toInbox(delivery({ kind: 'redrive', attempts: 0 }))
    const slow = { attempts: 3, baseMs: 600_000, maxMs: 600_000, later: {} }
    const one = stage.subscriber(handle, { retry: slow })
    await one.start()
    await until('it has been tried once', () => one.stats().retried === 1)
    await one.close()
    const two = stage.subscriber(handle, { retry: { ...slow, baseMs: 1 } })
    await two.start()
    await until('its attempts have ended', () => two.stats().postponed === 1)
    expect(attempts).toEqual([1, 2, 3])
  })
})

describe('settings of later retries', () => {
  const handle: OnStarted = () => {}
  it('have one delay for a group', () => {
    const on = [
      defineHandlers(chores, {
        'chore.started': { handle, retry: { later: { delayMs: 5 } } },
        'chore.noted': { handle: () => {}, retry: { later: {} } },
      }),
    ]
    expect(() => createSubscriber({ groupId: 'helpers', on })).toThrow(
      expect.objectContaining({ code: 'SETTINGS_INVALID', message: expect.stringContaining('5 and 60000') }),
    )
  })

  it('can be switched off for one handler', async () => {
    const one = stage.subscriberOn({
      on: [onChores({ 'chore.started': { handle: failing, retry: { later: false } } })],
      deadLetters: true,
      ...soon,
    })
    await stage.sendToFirst([message()])
    await one.start()
    await until('it is a dead letter', () => one.stats().deadLettered === 1)
    expect(one.stats()).toMatchObject({ postponed: 0, failed: 2 })
  })

  it('are refused where they are no durations', () => {
    const on = [onChores({ 'chore.started': handle })]
    expect(() => createSubscriber({ groupId: 'helpers', on, retry: { later: { delayMs: -1 } } })).toThrow(
      expect.objectContaining({ code: 'SETTINGS_INVALID' }),
    )
    expect(() => onChores({ 'chore.started': { handle, retry: { later: { attempts: 0 } } } })).toThrow(
      expect.objectContaining({ code: 'HANDLERS_INVALID' }),
    )
  })
})
