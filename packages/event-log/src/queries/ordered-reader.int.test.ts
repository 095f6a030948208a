import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createStand, eventMessage, recordedUpTo, type Stand } from '../../test/stand.ts'
import { createEventLog, type EventLog, type PositionVector, type ReadQuery, type RecordBatch } from '../index.ts'

const EVENTS = 60

describe('reading the log in position order', () => {
  let stand: Stand
  let log: EventLog

  beforeAll(async () => {
    stand = await createStand({ partitions: 3 })
    log = createEventLog(stand.db)
    for (let index = 0; index < EVENTS; index++) {
      const type = index % 4 === 0 ? 'cat.fed' : 'task.completed'
      const message = eventMessage(`e${index}`, { type, householdId: `household-${index % 5}` })
      await stand.append([message], index % 3)
    }
    await stand.recorder().start()
    for (const partition of [0, 1, 2]) await recordedUpTo(stand, EVENTS / 3, partition)
  })
  afterAll(() => stand.close())

  const batchesOf = async (query: ReadQuery): Promise<RecordBatch[]> => {
    const batches: RecordBatch[] = []
    for await (const batch of log.read(query)) batches.push(batch)
    return batches
  }
  const placesOf = (batches: readonly RecordBatch[]) =>
    batches.flatMap(({ records }) => records).map(({ partition, offset }) => `${partition}/${offset}`)
  const inOrder = [0, 1, 2].flatMap((partition) =>
    Array.from({ length: EVENTS / 3 }, (_, offset) => `${partition}/${offset}`),
  )
  const at = (...offsets: number[]): PositionVector =>
    offsets.map((offset, partition) => ({ topic: stand.topic, partition, generation: 1, offset }))

  it('gives each record once, by topic, partition and offset, in batches of any size', async () => {
    for (const batchSize of [1, 7, 500]) expect(placesOf(await batchesOf({ batchSize }))).toEqual(inOrder)
  })

  it('goes on from the position of any batch, without loss or repetition', async () => {
    const batches = await batchesOf({ batchSize: 7 })
    for (const [index, { position }] of batches.entries()) {
      const before = placesOf(batches.slice(0, index + 1))
      expect([...before, ...placesOf(await batchesOf({ from: position }))]).toEqual(inOrder)
    }
  })

  it('keeps to the bounds that it is given, and to what is recorded', async () => {
    const between = await batchesOf({ from: at(2, 5, 20), to: at(4, 5, 999) })
    expect(placesOf(between)).toEqual(['0/2', '0/3'])
    expect(placesOf(await batchesOf({ to: at(0, 1) }))).toEqual(['1/0'])
  })

  it('leaves out what lies beyond the ledger, though it is stored', async () => {
    const { value } = eventMessage('early')
    const stored = await stand.db.collection('records').findOne({ partition: 0, offset: 0 })
    const beyond = { ...stored, _id: 'early', offset: EVENTS / 3, value }
    await stand.db.collection<{ _id: string }>('records').insertOne(beyond)
    expect(placesOf(await batchesOf({}))).toEqual(inOrder)
    await stand.db.collection<{ _id: string }>('records').deleteOne({ _id: 'early' })
  })

  it('takes a filter', async () => {
    const fed = (await batchesOf({ filter: 'type:cat.* household:household-0' })).flatMap(({ records }) => records)
    expect(fed.map(({ id }) => id).sort()).toEqual(['e0', 'e20', 'e40'])
    await expect(batchesOf({ filter: 'type:cat.*', batchSize: 0 })).rejects.toMatchObject({ code: 'LOG_QUERY_INVALID' })
    expect(() => log.read({ filter: 'colour:red' })).toThrow(expect.objectContaining({ code: 'LOG_FILTER_INVALID' }))
  })

  it('takes the states of dead letters, telling a conflict from the event whose id it has', async () => {
    const records = stand.db.collection<{ _id: string }>('records')
    const letters = stand.db.collection('deadLetters')
    const conflictId = `e1@${stand.topic}/2/19`
    const stored = await records.findOne({ partition: 2, offset: 19 })
    await records.deleteOne({ _id: 'e59' })
    await records.insertOne({ ...stored, _id: conflictId, eventId: 'e1' } as { _id: string })
    const letter = (id: string, state: string, partition: number, offset: number) => ({
      event: { id },
      ...{ state, note: { topic: stand.topic, partition, offset } },
    })
    await letters.insertMany([
      letter('e0', 'open', 0, 0),
      letter('e1', 'redriven', 1, 0),
      letter('e1', 'discarded', 2, 19),
      letter('e2', 'open', 1, 7),
    ])
    const idsWith = async (filter: string) =>
      (await batchesOf({ filter })).flatMap(({ records }) => records).map(({ recordId }) => recordId)
    expect(await idsWith('status:dead')).toEqual(['e0', 'e2', conflictId])
    expect(await idsWith('status:open')).toEqual(['e0', 'e2'])
    expect(await idsWith('status:redriven')).toEqual(['e1'])
    expect(await idsWith('status:discarded type:task.*')).toEqual([conflictId])
    await letters.deleteMany({})
    await records.deleteOne({ _id: conflictId })
    await records.insertOne(stored as { _id: string })
  })

  it('passes over offsets without a record, and over a generation into the next one', async () => {
    const records = stand.db.collection<{ _id: string }>('records')
    const stored = await records.findOne({ partition: 0, offset: 0 })
    const place = { topic: 'elsewhere', partition: 0 }
    const record = (generation: number, offset: number) =>
      ({ ...stored, ...place, _id: `far-${generation}-${offset}`, generation, offset }) as { _id: string }
    await records.insertMany([record(1, 1_000_000), record(1, 3_000_000), record(3, 5_000_000)])
    const states = stand.db.collection<{ _id: string }>('partitions')
    const state = await states.findOne({ _id: `${stand.topic}/0` })
    await states.insertOne({ ...state, _id: 'elsewhere/0', ...place, generation: 3, next: 6_000_000 } as {
      _id: string
    })
    const found = (await batchesOf({ to: [{ ...place, generation: 3, offset: 6_000_000 }] })).flatMap(
      ({ records }) => records,
    )
    expect(found.map(({ recordId }) => recordId)).toEqual(['far-1-1000000', 'far-1-3000000', 'far-3-5000000'])
    const later = await batchesOf({ filter: 'topic:elsewhere', from: [{ ...place, generation: 1, offset: 2_000_000 }] })
    expect(later.flatMap(({ records }) => records)).toHaveLength(2)
    await states.deleteOne({ _id: 'elsewhere/0' })
    await records.deleteMany({ topic: 'elsewhere' } as object)
  })

  it('looks the records of few up by their index where there is much else, with the same result', async () => {
    const state = stand.db.collection<{ _id: string }>('partitions')
    const filter = 'household:household-2 type:task.*'
    const through = await batchesOf({ filter })
    // The log seems to be long: most of its offsets have no record.
    await state.updateOne({ _id: `${stand.topic}/2` }, { $set: { next: 100_000 } })
    for (const batchSize of [1, 3, 500]) {
      const selected = await batchesOf({ filter, batchSize })
      expect(placesOf(selected)).toEqual(placesOf(through))
      for (const [index, { position }] of selected.entries()) {
        const rest = placesOf(await batchesOf({ filter, from: position }))
        expect([...placesOf(selected.slice(0, index + 1)), ...rest]).toEqual(placesOf(through))
      }
      expect(selected.at(-1)?.position).toEqual(await log.recorded())
    }
    const bounded = { from: at(5, 0, 0), to: at(20, 10, 100_000) }
    expect(placesOf(await batchesOf({ filter, ...bounded }))).toEqual(
      placesOf(through).filter((place) => !['0/2', '1/14', '1/19'].includes(place) && !/^1\/1[0-9]$/.test(place)),
    )
    expect(placesOf(await batchesOf({ filter: 'household:nobody' }))).toEqual([])
    expect((await batchesOf({ filter: 'household:nobody' })).at(-1)?.position).toEqual(await log.recorded())
    await state.updateOne({ _id: `${stand.topic}/2` }, { $set: { next: EVENTS / 3 } })
  })

  it('skips nothing that several recorders write at once, while they take partitions from one another', async () => {
    const wide = await createStand({ partitions: 6 })
    const ending = new AbortController()
    try {
      const seen: string[] = []
      const total = 600
      const following = (async () => {
        const from: PositionVector = []
        const reader = createEventLog(wide.db)
        for await (const { records } of reader.follow({ from, pollMs: 20, signal: ending.signal })) {
          seen.push(...records.map(({ id }) => id))
          if (seen.length >= total) ending.abort(new Error('all seen'))
        }
      })()
      const ended = expect(following).rejects.toThrow('all seen')
      await wide.recorder({ maxBatchMessages: 7 }).start()
      for (let index = 0; index < total; index += 10) {
        // The second and the third recorder come while there is much to do.
        if (index === 200 || index === 400) await wide.recorder({ maxBatchMessages: 5 }).start()
        const some = Array.from({ length: 10 }, (_, more) => eventMessage(`w${index + more}`))
        await wide.append(some, (index / 10) % 6)
      }
      await ended
      expect(new Set(seen).size).toBe(total)
      expect(seen).toHaveLength(total)
    } finally {
      ending.abort(new Error('the test is over'))
      await wide.close()
    }
  })

  it('passes over topics that its filter does not name', async () => {
    expect(await batchesOf({ filter: 'topic:another' })).toEqual([])
  })

  it('ends with the reason of its signal', async () => {
    const ending = new AbortController()
    const batches: RecordBatch[] = []
    const reading = async () => {
      for await (const batch of log.read({ batchSize: 1, signal: ending.signal })) {
        batches.push(batch)
        if (batches.length === 3) ending.abort(new Error('enough'))
      }
    }
    await expect(reading()).rejects.toThrow('enough')
    expect(batches).toHaveLength(3)
  })
})
