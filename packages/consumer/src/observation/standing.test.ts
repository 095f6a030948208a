import { describe, expect, it } from 'vitest'
import { decodeProgress, encodeProgress } from '../progress/commit-metadata.ts'
import type { ObservedPartition } from './observed-group.ts'
import { standingOf } from './standing.ts'

/** Committed at 10; 12 and 13 are done, 10 is tried for the third time, 11 for the first, 15 has failed twice. */
const metadata = encodeProgress(10, {
  clean: false,
  crashes: 0,
  done: [{ from: 12, to: 14 }],
  tried: [
    { offset: 10, attempts: 3, running: true },
    { offset: 11, attempts: 1, running: true },
    { offset: 15, attempts: 2, running: false },
  ],
})
const partition: ObservedPartition = {
  ...{ topic: 't', partition: 0, low: 5, high: 20, committed: 10, lag: 10 },
  progress: decodeProgress(10, metadata),
}

describe('standingOf', () => {
  it.each([
    [9, { state: 'passed' }],
    [3, { state: 'passed' }],
    [12, { state: 'passed' }],
    [13, { state: 'passed' }],
    [10, { state: 'retrying', attempts: 3, running: true }],
    [15, { state: 'retrying', attempts: 2, running: false }],
    [11, { state: 'waiting' }],
    [14, { state: 'waiting' }],
    [19, { state: 'waiting' }],
  ])('says of offset %i: %j', (offset, standing) => {
    expect(standingOf(partition, offset)).toEqual(standing)
  })

  it('knows of no commit that everything still waits, but what retention has deleted', () => {
    const fresh = { ...partition, committed: undefined, progress: undefined }
    expect(standingOf(fresh, 5)).toEqual({ state: 'waiting' })
    expect(standingOf(fresh, 4)).toEqual({ state: 'gone' })
  })

  it('takes the metadata of a foreign client for nothing', () => {
    const foreign = { ...partition, progress: decodeProgress(10, 'leader=7') }
    expect(standingOf(foreign, 12)).toEqual({ state: 'waiting' })
  })
})
