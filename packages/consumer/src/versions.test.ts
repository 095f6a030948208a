import { describe, expect, it } from 'vitest'
import { until } from '../test/condition.ts'
import { createGroupTopics, message, readDeadLetters } from '../test/household.ts'
import { memoryStage } from '../test/stage.ts'
import { newChores, shortChores } from '../test/versions.ts'
import { defineHandlers } from './handlers.ts'

const stage = memoryStage()
const versions = [
  message({ id: 'a', version: '1.0', data: { step: 1, note: 'of another minor', later: true } }),
  message({ id: 'b', version: '2.4', data: { steps: [1, 2] } }),
  message({ id: 'c', version: '3.9', data: { plan: { steps: [1, 2, 3] }, later: true } }),
]
const handled = [
  { id: 'a', version: '1.0', data: { plan: { steps: [1] } } },
  { id: 'b', version: '2.4', data: { plan: { steps: [1, 2] } } },
  // Of the newest major, data is as it came.
  { id: 'c', version: '3.9', data: { plan: { steps: [1, 2, 3] }, later: true } },
]

describe('a handler of the newest version', () => {
  it('gets events of every major of the chain in the newest form, and the version that is on the wire', async () => {
    const seen: unknown[] = []
    const on = defineHandlers(newChores, {
      'chore.started': ({ id, version, data }) => void seen.push({ id, version, data }),
    })
    const one = stage.subscriberOn({ on: [on] })
    await stage.sendToFirst(versions)
    await one.start()
    await until('all are handled', () => one.stats().handled === 3)
    expect(seen).toEqual(handled)
  })

  it('gets them so in batches too', async () => {
    const seen: unknown[] = []
    const on = defineHandlers(newChores, {
      'chore.started': {
        handleBatch: async (events, { done }) =>
          events.map((event) => {
            seen.push({ id: event.id, version: event.version, data: event.data })
            return done(event)
          }),
      },
    })
    const one = stage.subscriberOn({ on: [on] })
    await stage.sendToFirst(versions)
    await one.start()
    await until('all are handled', () => one.stats().handled === 3)
    expect(seen).toEqual(handled)
  })

  it('gets them whole again where an attempt before has changed the data', async () => {
    const seen: unknown[] = []
    const on = defineHandlers(newChores, {
      'chore.started': ({ data }) => {
        seen.push(structuredClone(data))
        data.plan.steps.push(99)
        if (seen.length === 1) throw new Error('not yet')
      },
    })
    const one = stage.subscriberOn({ on: [on] })
    await stage.sendToFirst(versions.slice(0, 1))
    await one.start()
    await until('it is handled', () => one.stats().handled === 1)
    expect(seen).toEqual([{ plan: { steps: [1] } }, { plan: { steps: [1] } }])
  })

  it.each([
    ['an old event that breaks its own version', '1.0', { step: 'one' }, 'CONTRACT_BROKEN', /data\.step: [^()]+$/],
    [
      'an old event whose upcast throws',
      '1.0',
      { step: 13 },
      'CONTRACT_BROKEN',
      /the upcast from 2\.0 to 3\.0 threw Ran/,
    ],
    [
      'an upcast that breaks its version',
      '1.0',
      { step: -1 },
      'CONTRACT_BROKEN',
      /data\.steps\.0: .*from 1\.0 to 2\.0/,
    ],
    ['a later major', '4.0', { step: 1 }, 'VERSION_TOO_NEW', /knows chore\.started 3\.0, and those since 1\.0/],
    ['no version', 'latest', { step: 1 }, 'VERSION_UNKNOWN', /has version "latest"/],
  ])('never gets %s: it becomes a dead letter, byte for byte', async (_, version, data, code, text) => {
    const topics = await createGroupTopics(stage.transport, 'helpers')
    const on = defineHandlers(newChores, { 'chore.started': () => {} })
    const one = stage.subscriberOn({ on: [on], deadLetters: true })
    const sent = message({ version, data })
    await one.start()
    await stage.send([sent])
    await until('it is a dead letter', () => one.stats().deadLettered === 1)
    const [letter] = await readDeadLetters(stage.transport, topics.dead)
    expect(letter?.note.lastFailure).toMatchObject({ code, message: expect.stringMatching(text) })
    expect(Buffer.from(letter?.original.value ?? []).equals(sent.value ?? Buffer.of())).toBe(true)
  })

  it('never gets an event of a major before the oldest that it knows', async () => {
    const topics = await createGroupTopics(stage.transport, 'helpers')
    const one = stage.subscriberOn({
      on: [defineHandlers(shortChores, { 'chore.started': () => {} })],
      deadLetters: true,
    })
    await one.start()
    await stage.send(versions.slice(0, 1))
    await until('it is a dead letter', () => one.stats().deadLettered === 1)
    expect(await readDeadLetters(stage.transport, topics.dead)).toMatchObject([
      {
        note: {
          lastFailure: { code: 'VERSION_UNKNOWN', message: expect.stringContaining('knows chore.started 3.0.') },
        },
      },
    ])
  })
})
