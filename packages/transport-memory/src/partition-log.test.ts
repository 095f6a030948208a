import { describe, expect, it } from 'vitest'
import { createPartitionLog, type PartitionLog } from './partition-log.ts'

const message = (text: string) => ({ key: null, value: Buffer.from(text) })
const offsets = (log: PartitionLog, from: number, maxBytes = 10_000): number[] =>
  log.read(from, maxBytes).map(({ offset }) => offset)

describe('a partition log', () => {
  it('drops the oldest messages over its bounds, and offsets go on rising', () => {
    const log = createPartitionLog({ maxMessages: 3, maxBytes: 10_000 })
    for (let n = 0; n < 100; n += 1) expect(log.append([message(`m${n}`)], 0)).toBe(n)
    expect([log.low, log.high]).toEqual([97, 100])
    expect(offsets(log, 0)).toEqual([97, 98, 99])
    expect(offsets(log, 98)).toEqual([98, 99])
  })

  it('drops by bytes, but always keeps the newest message', () => {
    const log = createPartitionLog({ maxMessages: 100, maxBytes: 50 })
    log.append([message('a'), message('b'), message('c')], 0)
    expect([log.low, log.high]).toEqual([1, 3])
    log.append([message('x'.repeat(1000))], 0)
    expect([log.low, log.high]).toEqual([3, 4])
  })

  it('loses what comes before the offset of a truncation, and no more than it has', () => {
    const log = createPartitionLog({ maxMessages: 100, maxBytes: 10_000 })
    log.append([message('a'), message('b'), message('c')], 0)
    log.truncate(2)
    expect(offsets(log, 0)).toEqual([2])
    log.truncate(50)
    expect([log.low, log.high]).toEqual([3, 3])
    expect(log.append([message('d')], 0)).toBe(3)
  })

  it('does not see what happens to the bytes after the append', () => {
    const log = createPartitionLog({ maxMessages: 100, maxBytes: 10_000 })
    const value = Buffer.from('before')
    log.append([{ key: null, value }], 7)
    value.write('after!')
    expect(log.read(0, 1)).toMatchObject([{ timestampMs: 7, value: Buffer.from('before') }])
  })

  it('reads at most about maxBytes, and at least one message', () => {
    const log = createPartitionLog({ maxMessages: 100, maxBytes: 10_000 })
    log.append([message('x'.repeat(80)), message('x'.repeat(80)), message('x'.repeat(80))], 0)
    expect(offsets(log, 0, 200)).toEqual([0, 1])
    expect(offsets(log, 1, 1)).toEqual([1])
  })
})
