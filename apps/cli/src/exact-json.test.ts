import { describe, expect, it } from 'vitest'
import { parseExactJson } from './exact-json.ts'

describe('parseExactJson', () => {
  it('keeps numbers that JavaScript would change', () => {
    const text = '{"big":9007199254740993,"decimal":1.0,"exponent":1E3,"list":[18446744073709551615,-0]}'
    expect(JSON.stringify(parseExactJson(text))).toBe(text)
  })

  it('gives plain values for all else', () => {
    const text = '{"a":[1,2.5,"1.0",null,true],"b":{"c":{}}}'
    expect(parseExactJson(text)).toEqual(JSON.parse(text))
  })

  it('throws where the text is not JSON', () => {
    expect(() => parseExactJson('{')).toThrow(SyntaxError)
  })
})
