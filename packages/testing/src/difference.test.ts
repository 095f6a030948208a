import { describe, expect, it } from 'vitest'
import { compareEvents, differences } from './difference.ts'

describe('differences', () => {
  it('leaves out what is not asked for', () => {
    expect(differences({ a: { b: 1 } }, { a: { b: 1, c: 2 }, d: 3 })).toEqual([])
  })

  it('names the path of each', () => {
    expect(
      differences({ a: { b: 1, list: [{ c: 1 }] }, d: [1] }, { a: { b: 2, list: [{ c: 3 }] }, d: [1, 2] }),
    ).toEqual(['a.b: expected 1, was 2', 'a.list[0].c: expected 1, was 3', 'd: expected [ 1 ], was [ 1, 2 ]'])
  })

  it('lets a text fit a regular expression', () => {
    expect(differences({ text: /^no/ }, { text: 'nobody' })).toEqual([])
    expect(differences({ text: /^no/ }, { text: 'yes' })).toEqual(["text: expected /^no/, was 'yes'"])
  })
})

describe('events and what is expected of them', () => {
  const a = { type: 'lamp.lit', id: '1', data: { watts: 60 } }
  const b = { type: 'lamp.lit', id: '2', data: { watts: 40 } }

  it('are compared in any order', () => {
    const patterns = [{ type: 'lamp.lit', data: { watts: 40 } }, { type: 'lamp.lit' }]
    expect(compareEvents(patterns, [a, b])).toEqual([])
  })

  it('are named where one is missing, different or not expected', () => {
    const patterns = [{ type: 'lamp.lit', data: { watts: 10 } }, { type: 'lamp.dimmed' }]
    expect(compareEvents(patterns, [a, b])).toEqual([
      '- lamp.lit 1 is different:',
      '    data.watts: expected 10, was 60',
      "- { type: 'lamp.dimmed' } is missing",
      '+ lamp.lit 2 was not expected: { watts: 40 }',
    ])
  })

  it('are as many as expected, even where they are alike', () => {
    expect(compareEvents([{ type: 'lamp.lit' }], [a, { ...a }])).toEqual([
      '+ lamp.lit 1 was not expected: { watts: 60 }',
    ])
  })
})
