import { describe, expect, it } from 'vitest'
import { createTextSink } from '../test-world.ts'
import { type Column, createOutput } from './output.ts'

interface Row {
  readonly name: string
  readonly n: number
}
const columns: readonly Column<Row>[] = [
  { heading: 'NAME', cell: ({ name }) => name, color: (text, _row, colors) => colors.red(text) },
  { heading: 'N', cell: ({ n }) => String(n) },
]
const rows: readonly Row[] = [
  { name: 'one', n: 1 },
  { name: 'eleven', n: 11 },
]

function outputOn({ isTTY = true, json = false, env = {} as Record<string, string> }) {
  const stdout = createTextSink(isTTY)
  const stderr = createTextSink(isTTY)
  return { stdout, stderr, output: createOutput({ stdout, stderr, env, json }) }
}

describe('createOutput', () => {
  it('writes a table on a terminal', () => {
    const { stdout, output } = outputOn({ env: { NO_COLOR: '1' } })
    output.rows(columns, rows)
    expect(stdout.text).toBe('NAME    N\none     1\neleven  11\n')
  })

  it('writes one JSON object a line where stdout is no terminal', () => {
    const { stdout, output } = outputOn({ isTTY: false })
    output.rows(columns, rows)
    expect(stdout.text).toBe('{"name":"one","n":1}\n{"name":"eleven","n":11}\n')
  })

  it('writes JSON on a terminal with json', () => {
    const { stdout, output } = outputOn({ json: true })
    output.record({ a: 1 }, [['a', '1']])
    expect(stdout.text).toBe('{"a":1}\n')
  })

  it('breaks long text where the terminal is narrow, in columns that may wrap only', () => {
    const stdout = Object.assign(createTextSink(true), { columns: 46 })
    const output = createOutput({ stdout, stderr: stdout, env: { NO_COLOR: '1' } })
    const wrapping: readonly Column<Row>[] = [
      { heading: 'NAME', cell: ({ name }) => name },
      { heading: 'WORDS', cell: () => 'several words that together are far too long for this', wrap: true },
    ]
    output.rows(wrapping, [{ name: 'a-name-that-stays-whole', n: 1 }])
    const lines = stdout.text.trimEnd().split('\n')
    expect(lines.length).toBeGreaterThan(3)
    expect(lines[1]).toMatch(/^a-name-that-stays-whole {2}several words/)
    expect(lines.map((line) => line.trim()).join(' ')).toContain('that together')
  })

  it('colours on a terminal, and not where NO_COLOR is set', () => {
    const colored = outputOn({})
    colored.output.rows(columns, rows)
    expect(colored.stdout.text).toContain('\u001b[31mone')
    const plain = outputOn({ env: { NO_COLOR: '1' } })
    plain.output.rows(columns, rows)
    expect(plain.stdout.text).not.toContain('\u001b')
  })

  it('writes the fields of one thing under each other', () => {
    const { stdout, output } = outputOn({ env: { NO_COLOR: '1' } })
    output.record({}, [
      ['id', 'e-1'],
      ['data', '{\n  "a": 1\n}'],
    ])
    expect(stdout.text).toBe('id    e-1\ndata  {\n        "a": 1\n      }\n')
  })

  it('never writes a control character of a value', () => {
    const evil = { name: '\u001b[2J\u009b2J\u202e', n: 1 }
    const table = outputOn({ env: { NO_COLOR: '1' } })
    table.output.rows(columns, [evil])
    table.output.record(evil, [['name', evil.name]])
    table.output.note(evil.name)
    const json = outputOn({ json: true })
    json.output.rows(columns, [evil])
    for (const text of [table.stdout.text, table.stderr.text, json.stdout.text]) {
      expect(text).toContain('\\u001b[2J\\u009b2J\\u202e')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
      expect(text).not.toMatch(/[\u001b\u009b\u202e]/)
    }
    expect(JSON.parse(json.stdout.text)).toEqual(evil)
  })

  it('writes notes for people only, and warnings always, on stderr', () => {
    const { stdout, stderr, output } = outputOn({ isTTY: false })
    output.note('try this')
    output.warn('watch out')
    expect(stdout.text).toBe('')
    expect(stderr.text).toBe('warning: watch out\n')
  })

  it('writes notes where a person sees stderr, though stdout is piped', () => {
    const stderr = createTextSink(true)
    createOutput({ stdout: createTextSink(false), stderr, env: {} }).note('try this')
    expect(stderr.text).toBe('try this\n')
  })
})
