import { describe, expect, it } from 'vitest'
import { crc32c } from './crc32c.ts'

describe('crc32c', () => {
  // Source: RFC 3720, appendix B.4, "CRC Examples", and the check value of CRC-32C.
  it.each([
    ['the digits', Buffer.from('123456789'), 0xe3069283],
    ['32 bytes of zeros', Buffer.alloc(32), 0x8a9136aa],
    ['32 bytes of ones', Buffer.alloc(32, 255), 0x62a8ab43],
    ['32 rising bytes', Buffer.from(Array.from({ length: 32 }, (_, index) => index)), 0x46dd794e],
    ['nothing', Buffer.alloc(0), 0],
  ])('of %s is the published one', (_name, bytes, checksum) => {
    expect(crc32c(bytes)).toBe(checksum)
  })

  it('begins where it is told to', () => {
    expect(crc32c(Buffer.from('skip123456789'), 4)).toBe(0xe3069283)
  })
})
