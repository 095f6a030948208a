import { describe, expect, it } from 'vitest'
import { checkView } from './view.ts'

const check = (json: string) => checkView(JSON.parse(json), Buffer.from(json))
const nested = (levels: number) => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`

describe('the check of a view', () => {
  it('lets pass what BSON holds exactly', () => {
    for (const json of [
      '{}',
      '{"a":[1,{"b":null}]}',
      '{"text":"\\u0000 \\ud83d\\ude00"}',
      '{"a":"_bsontype"}',
      nested(180),
    ]) {
      expect(check(json), json).toEqual({ fits: true, exact: true })
    }
  })

  it('says why BSON cannot hold it', () => {
    const cases: readonly (readonly [json: string, reason: string])[] = [
      ['{"a":{"b\\u0000":1}}', 'nul-in-key'],
      ['{"a":[{"_bsontype":1}]}', 'bsontype-key'],
      ['{"\\u005fbsontype":1}', 'bsontype-key'],
      ['{"a":"\\ud800"}', 'lone-surrogate'],
      ['{"a":["x","\\udfff"]}', 'lone-surrogate'],
      ['{"\\ud800":1}', 'lone-surrogate'],
      [nested(181), 'nesting-over-180'],
      [`{"a":"\\u0041","b":${'['.repeat(200)}${']'.repeat(200)}}`, 'nesting-over-180'],
      [`{"a":[${'1,'.repeat(2_000_000)}1]}`, 'too-large'],
    ]
    for (const [json, reason] of cases) expect(check(json), json.slice(0, 50)).toEqual({ fits: false, reason })
  })

  it('is not deceived by nesting beyond what calls can be', () => {
    const json = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`
    expect(check(json)).toEqual({ fits: false, reason: 'nesting-over-180' })
  })

  it('notes numbers that a double cannot hold', () => {
    expect(check('{"a":9007199254740991}')).toEqual({ fits: true, exact: true })
    for (const number of ['9007199254740993', '-9007199254740993', '1e300', '1e999']) {
      expect(check(`{"a":[${number}]}`), number).toEqual({ fits: true, exact: false })
    }
  })
})
