import { describe, expect, it } from 'vitest'
import { exactJsonText, parseExactJson } from './exact-json.ts'

const deep = (open: string, close: string) => `${open.repeat(100_000)}1.0${close.repeat(100_000)}`

describe('parseExactJson and exactJsonText', () => {
  it('keep numbers that JavaScript would change', () => {
    const text = '{"big":9007199254740993,"decimal":1.0,"exponent":1E3,"list":[18446744073709551615,-0],"1":[]}'
    expect(exactJsonText(parseExactJson(text))).toBe(text.replace(',"1":[]', '').replace('{', '{"1":[],'))
  })

  it('give plain values for all else', () => {
    const text = '{"a":[1,2.5,"1.0",null,true],"b":{"c":{}}}'
    expect(parseExactJson(text)).toEqual(JSON.parse(text))
    expect(exactJsonText(parseExactJson(text))).toBe(text)
  })

  it('write what JSON.stringify writes, indented too', () => {
    const value = { a: [1, { b: 'ü\n' }, []], none: undefined, at: new Date(0), c: {}, d: [null, undefined], 'a"b': 1 }
    expect(exactJsonText(value)).toBe(JSON.stringify(value))
    expect(exactJsonText(value, 2)).toBe(JSON.stringify(value, null, 2))
    expect(exactJsonText('text', 2)).toBe('"text"')
  })

  it('take what is nested deeper than calls can be, and indent no more of it than can be read', () => {
    for (const text of [deep('[', ']'), deep('{"a":', '}'), deep('[{"__proto__":', '}]')]) {
      const parsed = parseExactJson(text)
      expect(exactJsonText(parsed) === text).toBe(true)
      expect(exactJsonText(parsed, 2).length).toBeLessThan(text.length + 50_000)
    }
  })

  it('throw where the text is not JSON', () => {
    expect(() => parseExactJson('{')).toThrow(SyntaxError)
    expect(() => parseExactJson('{"a":01}')).toThrow(SyntaxError)
  })
})
