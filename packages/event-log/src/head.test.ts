import { describe, expect, it } from 'vitest'
import { headOf } from '../test/ledger-proof.ts'
import { FIRST_HEAD, headChain } from './head.ts'

const base = { offset: 7, timestampMs: 0, key: Buffer.from('k'), headers: [], value: Buffer.from('v') }
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('the head', () => {
  it('is SHA-256 over the definition of the README, byte for byte', () => {
    // printf '<64 zeros>0000000000000007 00000001 6b 00000000 00000001 76' as hexadecimal | xxd -r -p | sha256sum
    const bytes = Buffer.from(`${'00'.repeat(32)}0000000000000007${'000000016b'}${'00000000'}${'0000000176'}`, 'hex')
    expect(bytes).toHaveLength(54)
    expect(hex(headChain().append(FIRST_HEAD, base))).toBe(
      '62a696a13cd606e6e24d84b70b2ec5d8790b40fb9d3991bb7a053935fbd8ac10',
    )
  })

  it('differs in every part of a message: offset, key, headers, value, their order and null', () => {
    const a = ['a', Buffer.from('1')] as const
    const b = ['b', null] as const
    const messages = [
      base,
      { ...base, offset: 8 },
      { ...base, offset: 7 + 2 ** 32 },
      { ...base, key: null },
      { ...base, key: Buffer.alloc(0) },
      { ...base, key: Buffer.from('kv'), value: Buffer.alloc(0) },
      { ...base, value: null },
      { ...base, value: Buffer.alloc(0) },
      { ...base, headers: [a] },
      { ...base, headers: [a, b] },
      { ...base, headers: [b, a] },
      { ...base, headers: [['a1', null] as const] },
    ]
    const chain = headChain()
    expect(new Set(messages.map((message) => hex(chain.append(FIRST_HEAD, message)))).size).toBe(messages.length)
  })

  it('equals a plain recomputation, with small and large messages', () => {
    const messages = [1, 70_000, 2_000_000, 3].map((length, index) => ({
      ...base,
      offset: index * 3_000_000_000,
      value: Buffer.alloc(length, index),
      headers: [['ü', Buffer.from([index])] as const],
    }))
    const chain = headChain()
    const head = messages.reduce((before, message) => chain.append(before, message), FIRST_HEAD)
    expect(hex(head)).toBe(headOf(messages))
  })
})
