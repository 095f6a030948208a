import { comparableData } from '@house-helper/events-core'
import { describe, expect, it } from 'vitest'
import { equalJson } from './json-equality.ts'

const dataOf = (json: string) => comparableData(Buffer.from(`{"data":${json}}`))
const equal = (a: string, b: string) => equalJson(dataOf(a), dataOf(b))

describe('equality of JSON', () => {
  it('does not depend on the order of keys, on spaces or on how a text is escaped', () => {
    expect(equal('{"a":1,"b":[{"c":"é"}]}', '{ "b": [ { "c": "\\u00e9" } ], "a": 1.0 }')).toBe(true)
  })

  it('depends on everything else', () => {
    const values = [
      '{}',
      '[]',
      'null',
      'false',
      '0',
      '""',
      '{"a":null}',
      '{"a":1}',
      '{"a":"1"}',
      '{"b":1}',
      '[1]',
      '[1,2]',
      '[2,1]',
    ]
    for (const a of values) for (const b of values) expect(equal(a, b), `${a} ${b}`).toBe(a === b)
  })

  it('tells numbers apart that a double does not', () => {
    expect(equal('9007199254740993', '9007199254740992')).toBe(false)
    expect(equal('{"a":0.12345678901234567890}', '{"a":0.12345678901234567891}')).toBe(false)
    expect(equal('9007199254740993', '9007199254740993')).toBe(true)
    expect(equal('1e999', '1e998')).toBe(false)
    expect(equal('9007199254740993', '{"source":"9007199254740993"}')).toBe(false)
  })

  it('takes own keys only, whatever they are called', () => {
    expect(equal('{"__proto__":{"a":1}}', '{"__proto__":{"a":2}}')).toBe(false)
    expect(equal('{"constructor":1}', '{"toString":1}')).toBe(false)
  })

  it('compares what is nested deeper than calls can be', () => {
    const deep = (inner: string) => `${'['.repeat(100_000)}${inner}${']'.repeat(100_000)}`
    expect(equal(deep('1'), deep('1'))).toBe(true)
    expect(equal(deep('1'), deep('2'))).toBe(false)
    const objects = (inner: string) => `${'{"a":'.repeat(100_000)}${inner}${'}'.repeat(100_000)}`
    expect(equal(objects('1'), objects('1'))).toBe(true)
  })
})
