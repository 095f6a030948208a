import { describe, expect, it } from 'vitest'
import { digestOf } from './digest.ts'

const envelope = (data: string, others: object = {}): Uint8Array => {
  const fields = {
    ...{ id: 'a', type: 'lamp.lit', source: 's', householdId: 'h', timestamp: '2025-10-09T12:00:00Z', version: '1.0' },
    ...others,
  }
  return Buffer.from(JSON.stringify({ ...fields, data: 'DATA' }).replace('"DATA"', data))
}
const same = (a: Uint8Array, b: Uint8Array): boolean => digestOf(a) === digestOf(b)

describe('digests', () => {
  it.each([
    ['the order of keys', envelope('{"a":1,"b":{"c":2,"d":3}}'), envelope('{"b":{"d":3,"c":2},"a":1}')],
    ['spaces and how a number is written', envelope('{"a":10}'), envelope('{ "a": 1e1 }')],
    ['source, time and metadata', envelope('{}'), envelope('{}', { source: 't', metadata: { a: 'b' } })],
    ['what Go writes for an absent user', envelope('{}'), envelope('{}', { userId: '' })],
  ])('are equal whatever %s', (_, a, b) => {
    expect(same(a, b)).toBe(true)
  })

  it.each([
    ['a value', envelope('{"a":1}'), envelope('{"a":2}')],
    ['a number beyond 2^53', envelope('{"a":9007199254740992}'), envelope('{"a":9007199254740993}')],
    ['a text that looks like a number', envelope('{"a":1}'), envelope('{"a":"1"}')],
    ['null and absence', envelope('{"a":null}'), envelope('{}')],
    ['where a list ends', envelope('{"a":[[1],2]}'), envelope('{"a":[[1,2]]}')],
    ['an empty list and an empty object', envelope('{"a":[]}'), envelope('{"a":{}}')],
    ['a key that holds punctuation', envelope('{"a":1,"b":2}'), envelope('{"a\\":1,\\"b":2}')],
    ['the type', envelope('{}'), envelope('{}', { type: 'lamp.bought' })],
    ['the household', envelope('{}'), envelope('{}', { householdId: 'other' })],
    ['the user', envelope('{}'), envelope('{}', { userId: 'user' })],
  ])('differ by %s', (_, a, b) => {
    expect(same(a, b)).toBe(false)
  })

  it('are made of data that is nested deeper than calls can be', () => {
    const deep = (inner: string): Uint8Array => envelope(`{"a":${'['.repeat(10_000)}${inner}${']'.repeat(10_000)}}`)
    expect(same(deep('1'), deep('1'))).toBe(true)
    expect(same(deep('1'), deep('2'))).toBe(false)
  })

  it('are made of lists that are longer than a call can have arguments', () => {
    const long = (last: string): Uint8Array => envelope(`{"a":[${'1,'.repeat(300_000)}${last}]}`)
    expect(same(long('1'), long('2'))).toBe(false)
  })
})
