import fc from 'fast-check'
import { expect, it } from 'vitest'
import { jsonMembers } from './json-members.ts'

it('gives the text of each member as it stands', () => {
  const text =
    ' { "a" : { "x": "}\\"]," , "n": 12345678901234567890 } ,\n"b":[1, {"c":[]}],"c":"\\\\","d":-1.50e3 , "\\u0065":null } '
  expect(Object.fromEntries(jsonMembers(text))).toEqual({
    a: '{ "x": "}\\"]," , "n": 12345678901234567890 }',
    b: '[1, {"c":[]}]',
    c: '"\\\\"',
    d: '-1.50e3',
    e: 'null',
  })
})

it('takes the last of two members of one name, as JSON.parse does', () => {
  expect(jsonMembers('{"a":1,"a":2}').get('a')).toBe('2')
})

it('reads nesting of 100,000', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  expect(jsonMembers(`{"a":${deep},"b":1}`).get('a')).toBe(deep)
})

it('finds in any object what JSON.parse finds', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(undefined, 1, '\t'), (object, space) => {
      const members = jsonMembers(JSON.stringify(object, undefined, space))
      const parsed = [...members].map(([name, text]) => [name, JSON.parse(text)])
      const expected = Object.entries(JSON.parse(JSON.stringify(object)))
      expect(new Map(parsed as [string, unknown][])).toEqual(new Map(expected))
    }),
  )
})
