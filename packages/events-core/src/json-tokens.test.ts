import { describe, expect, it } from 'vitest'
import { comparableData, rewriteJson } from './json-tokens.ts'

const tokensOf = (json: string): string[] => {
  const tokens: string[] = []
  rewriteJson(json, (token) => {
    tokens.push(token)
    return token
  })
  return tokens
}
const data = (json: string): unknown => comparableData(Buffer.from(`{"id":"a","data":${json},"z":{"data":1}}`))

describe('rewriting JSON', () => {
  it('meets each text and number, and nothing within a text', () => {
    expect(tokensOf('{"a":[1,-2.5e+3,"b 7 \\" 8",true,null],"c\\\\":{"":0}}')).toEqual([
      ...['"a"', '1', '-2.5e+3', '"b 7 \\" 8"', '"c\\\\"', '""', '0'],
    ])
  })

  it('writes what it is told, and leaves the rest byte for byte', () => {
    const written = rewriteJson('{ "a" : [1, 22 ],\n"b":"1" }', (token) => (token === '1' ? '"one"' : token))
    expect(written).toBe('{ "a" : ["one", 22 ],\n"b":"1" }')
  })

  it('takes texts and nesting of any size', () => {
    const long = `{"a":"${'x\\n'.repeat(5_000_000)}"}`
    expect(rewriteJson(long, (token) => token).length).toBe(long.length)
    expect(tokensOf(`${'['.repeat(100_000)}7${']'.repeat(100_000)}`)).toEqual(['7'])
  })
})

describe('comparable data', () => {
  it('is the same for what was written otherwise and means the same', () => {
    expect(data('{"a":10,"b":["é"]}')).toEqual(data('{ "b":["\\u00e9"],"a":1.0e1 }'))
  })

  it('differs for numbers that a double cannot tell apart, and for a text that looks like one', () => {
    expect(data('9007199254740993')).not.toEqual(data('9007199254740992'))
    expect(data('1e999')).not.toEqual(data('1e998'))
    expect(data('1')).not.toEqual(data('"1"'))
    expect(data('"n9007199254740993"')).not.toEqual(data('9007199254740993'))
  })

  it('is the event’s own, whatever else has that name, and undefined where it has none', () => {
    expect(data('1')).toBe(1)
    expect(comparableData(Buffer.from('{"tdata":1}'))).toBeUndefined()
  })
})
