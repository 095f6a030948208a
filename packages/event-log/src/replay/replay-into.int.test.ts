import { defineDomain, defineEvent } from '@house-helper/events-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createReplayStand, type ReplayStand } from '../../test/replay-stand.ts'
import { domains } from '../../test/stand.ts'
import { createEventLog, type EventLog, type EventRecord, mongoCheckpoint } from '../index.ts'

const numbered = (name: string, count: number) => Array.from({ length: count }, (_, n) => `${name}-${n}`)

describe('replayInto', () => {
  let stand: ReplayStand
  let log: EventLog
  beforeAll(async () => {
    stand = await createReplayStand({ groups: [] })
    log = createEventLog(stand.db)
    await stand.record(numbered('early', 300), 2)
    await stand.record(numbered('late', 300), 0)
    await stand.record(numbered('other', 20), 1, { type: 'task.exploded' })
  })
  afterAll(() => stand.close())

  it('hands on what matches, in the order of each partition and as Kafka got them between partitions', async () => {
    const ids: string[] = []
    const result = await log.replayInto({ filter: 'type:task.completed' }, ({ id }) => ids.push(id))
    expect(ids).toEqual([...numbered('early', 300), ...numbered('late', 300)])
    expect(result).toMatchObject({ handled: 600, passed: 0, position: await log.recorded() })
  })

  it('goes on at its checkpoint after a handler that threw, and hands on later what is recorded later', async () => {
    const checkpoint = mongoCheckpoint(stand.db, 'chores')
    const seen: string[] = []
    let failing = true
    const handlers = {
      'task.completed': ({ id }: EventRecord) => {
        if (failing && id === 'late-7') throw new Error('not yet')
        seen.push(id)
      },
    }
    const again = () => log.replayInto({}, handlers, { checkpoint, checkpointEvery: 50 })
    await expect(again()).rejects.toThrow('not yet')
    failing = false
    await expect(again()).resolves.toMatchObject({ handled: 293, passed: 20 })
    expect(seen).toEqual([...numbered('early', 300), ...numbered('late', 300)])
    await stand.record(['latest'], 1)
    await expect(again()).resolves.toMatchObject({ handled: 1, passed: 0 })
    expect(seen.at(-1)).toBe('latest')
  })

  it('can be ended by a signal between two records, and says how far it is', async () => {
    const checkpoint = mongoCheckpoint(stand.db, 'stopped')
    const stopping = new AbortController()
    const saved: number[] = []
    const handle = ({ id }: EventRecord) => (id === 'early-99' ? stopping.abort(new Error('enough')) : undefined)
    const onProgress = ({ handled }: { handled: number }) => saved.push(handled)
    const options = { checkpoint, signal: stopping.signal, checkpointEvery: 40, onProgress }
    await expect(log.replayInto({}, handle, options)).rejects.toThrow('enough')
    expect(saved).toEqual([40, 80, 100])
    expect(await checkpoint.load()).toContainEqual({ topic: stand.topic, partition: 2, generation: 1, offset: 100 })
  })

  it('gives the handler the checkpoint to be written together with its effects', async () => {
    const effects: string[] = []
    let stored = await log.recorded()
    stored = stored.map((position) => ({ ...position, offset: 0 }))
    const run = (count: number) =>
      log.replayInto({ filter: 'id:early-0 id:early-1 id:late-0', from: stored }, ({ id }, context) => {
        if (effects.length === count) throw new Error('killed')
        effects.push(id)
        stored = context.checkpoint()
      })
    await expect(run(1)).rejects.toThrow('killed')
    await expect(run(2)).rejects.toThrow('killed')
    await run(9)
    expect(effects).toEqual(['early-0', 'early-1', 'late-0'])
  })

  it('hands on old events as today’s contract reads them, with the bytes and the version that are stored', async () => {
    const previous = domains.flatMap(({ events }) => events).find(({ type }) => type === 'task.completed')
    const newer = defineEvent({
      type: 'task.completed',
      version: '2.0',
      description: 'Tasks were completed.',
      data: z.object({ taskIds: z.array(z.string()) }),
      example: { taskIds: ['task-001'] },
      previous: previous as NonNullable<typeof previous>,
      upcast: (data) => ({ taskIds: [String(data.taskId)] }),
      downcast: ({ taskIds }) => ({ taskId: taskIds.join() }),
    })
    const today = createEventLog(stand.db, { domains: [defineDomain({ name: 'tasks', events: [newer] })] })
    const seen: unknown[] = []
    await today.replayInto({ filter: 'id:early-0 id:other-0' }, ({ version, data, value, contract }) => {
      seen.push({ version, data, contract, stored: JSON.parse(Buffer.from(value).toString()).data })
    })
    expect(seen).toEqual([
      { version: '1.0', data: { taskIds: ['early-0'] }, contract: 'ok', stored: { taskId: 'early-0' } },
      { version: '1.0', data: { taskId: 'other-0' }, contract: 'unknown-type', stored: { taskId: 'other-0' } },
    ])
  })

  it('refuses what is no handler, and a checkpoint every nothing', async () => {
    await expect(log.replayInto({}, { 'task.completed': 7 as never })).rejects.toMatchObject({
      code: 'LOG_OPTIONS_INVALID',
    })
    await expect(log.replayInto({}, () => {}, { checkpointEvery: 0 })).rejects.toMatchObject({
      code: 'LOG_QUERY_INVALID',
    })
    await expect(log.replayInto({ filter: 'tipe:x' }, () => {})).rejects.toMatchObject({ code: 'LOG_FILTER_INVALID' })
  })
})
