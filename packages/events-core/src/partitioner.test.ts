import { describe, expect, it } from 'vitest'
import { crc32, fnv1a, murmur2, partitioners } from './partitioner.ts'

const bytes = (text: string): Buffer => Buffer.from(text)

describe('murmur2', () => {
  // Source: the vectors of Kafka's own test, org.apache.kafka.common.utils.UtilsTest#testMurmur2.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %s as the Java client does', (text, hash) => {
    expect(murmur2(bytes(text))).toBe(hash)
  })

  it('chooses the partition from the hash without its sign', () => {
    // 0x7fffffff & -973932308 is 1173551340, which leaves 3 when divided by 9.
    expect(partitioners.murmur2(bytes('21'), 9)).toBe(1173551340 % 9)
  })
})

describe('fnv1a', () => {
  // Source: the vectors of Go's hash/fnv tests for New32a.
  it.each([
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['ab', 0x4d2505ca],
    ['abc', 0x1a47e90b],
  ])('hashes %j as Go does', (text, hash) => {
    expect(fnv1a(bytes(text))).toBe(hash)
  })

  it('takes the remainder of the hash as a signed number, and drops the sign', () => {
    // 0xe40c292c is -468965076 as a signed number.
    expect(partitioners.fnv1a(bytes('a'), 7)).toBe(468965076 % 7)
  })
})

describe('crc32', () => {
  it('has the check value of CRC-32 (IEEE)', () => {
    expect(crc32(bytes('123456789'))).toBe(0xcbf43926)
  })

  it('chooses the partition from the unsigned hash', () => {
    expect(partitioners.crc32(bytes('123456789'), 10)).toBe(0xcbf43926 % 10)
  })
})
