import { silentLogger } from '@house-helper/events-core'
import type { Db } from 'mongodb'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase, until } from '../../test/stand.ts'
import { createEventLog, RECORD_INDEXES } from '../index.ts'
import { healthReasons } from './health.ts'
import { makeIndexes } from './index-building.ts'

describe('the indexes of a log', () => {
  let db: Db
  let drop: () => Promise<void>
  beforeAll(async () => ({ db, drop } = await openDatabase()))
  beforeEach(async () => {
    await db.collection('records').drop()
  })
  afterAll(() => drop())

  const running = new AbortController()
  const names = async () => (await db.collection('records').indexes()).map(({ name }) => name ?? '').sort()
  const ours = ['_id_', ...RECORD_INDEXES.map(({ name }) => name ?? '')].sort()

  it('are made where they are missing; those of an earlier version that they replace are dropped, and no others', async () => {
    const records = db.collection('records')
    await records.createIndex({ subject: 1, time: 1, _id: 1 }, { name: 'by_subject' })
    await records.createIndex({ householdId: 1, time: 1, _id: 1 }, { name: 'by_household' })
    await records.createIndex({ 'data.taskId': 1 }, { name: 'somebody_elses' })
    await makeIndexes(db, { health: healthReasons(1), logger: silentLogger }, running.signal)
    expect(await names()).toEqual([...ours, 'somebody_elses'].sort())
  })

  it('that only have the name of a replaced one stay', async () => {
    await db.collection('records').createIndex({ subject: 1 }, { name: 'by_subject' })
    await makeIndexes(db, { health: healthReasons(1), logger: silentLogger }, running.signal)
    expect(await names()).toContain('by_subject')
  })

  it('are built while recording has begun, where that takes long, and health says so until they are', async () => {
    const health = healthReasons(1)
    await makeIndexes(db, { health, logger: silentLogger }, running.signal, 0)
    expect(health.health()).toMatchObject({ state: 'degraded', reasons: [expect.stringContaining('being built')] })
    await until('the indexes are built', () => health.health().state === 'up')
    expect(await names()).toEqual(ours)
  })

  it('are named as missing where a question needs them before', async () => {
    await db.createCollection('records')
    await expect(createEventLog(db).list({ filter: 'household:h' })).rejects.toMatchObject({
      ...{ code: 'LOG_INDEX_MISSING', canRetry: true },
    })
  })
})
