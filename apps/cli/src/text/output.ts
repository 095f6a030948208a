import Table from 'cli-table3'
import pc from 'picocolors'
import { jsonLine, printable } from './printable.ts'

/** A place that text goes to, such as `process.stdout`. */
export interface TextStream {
  /** Writes text, or bytes as they are; `done` is called once the place has taken them. */
  write(chunk: string | Uint8Array, done?: (error?: Error | null) => void): unknown
  readonly isTTY?: boolean | undefined
}

/** One column of a table: its heading and how a row fills it. */
export interface Column<Row> {
  readonly heading: string
  readonly cell: (row: Row) => string
  /** Colours a cell where colours are on. */
  readonly color?: (text: string, row: Row, colors: Colors) => string
  /** Breaks long text into lines where the table would be wider than the terminal. Default false. */
  readonly wrap?: true
}

/** Functions that colour text, or leave it alone where colours are off. */
export type Colors = ReturnType<typeof pc.createColors>

/** Where a command's results go: tables for people, one JSON value a line for programs. */
export interface Output {
  readonly format: 'table' | 'ndjson'
  /** Writes rows: a table, or each row as a line. No rows write nothing but, in a table, its headings. */
  rows<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): void
  /** Writes one thing: its fields one under the other, or the thing as a line. */
  record(value: object, fields: readonly (readonly [name: string, text: string])[]): void
  /** Tells a person what to do next, on stderr; nothing where stderr is no terminal. */
  note(text: string): void
  /** Says on stderr what went wrong without ending the command. */
  warn(text: string): void
}

/** How {@link createOutput} writes. */
export interface OutputOptions {
  readonly stdout: TextStream & {
    /** The terminal's width in characters; undefined where it is not known. */
    readonly columns?: number | undefined
  }
  readonly stderr: TextStream
  readonly env: Readonly<Record<string, string | undefined>>
  /** One JSON value a line on a terminal too. Default: only where stdout is no terminal. */
  readonly json?: boolean
}

/** Makes an output; holds nothing that would need closing. */
export function createOutput({ stdout, stderr, env, json = false }: OutputOptions): Output {
  const format = json || !stdout.isTTY ? 'ndjson' : 'table'
  const colors = colorsFor(stdout, env)
  const line = (text: string) => stdout.write(`${text}\n`)
  return {
    format,
    rows: (columns, rows) => {
      if (format === 'table') line(tableText(columns, rows, colors, stdout.columns))
      else for (const row of rows) line(jsonLine(row))
    },
    record: (value, fields) => {
      if (format === 'ndjson') return void line(jsonLine(value))
      const width = Math.max(0, ...fields.map(([name]) => name.length))
      for (const [name, text] of fields) {
        const [first = '', ...rest] = text.split('\n').map(printable)
        line([`${colors.dim(name.padEnd(width))}  ${first}`, ...rest.map((r) => ' '.repeat(width + 2) + r)].join('\n'))
      }
    },
    note: (text) => void (stderr.isTTY && stderr.write(`${printable(text)}\n`)),
    warn: (text) => void stderr.write(`${colorsFor(stderr, env).yellow('warning:')} ${printable(text)}\n`),
  }
}

/** Colours for a stream: on for a terminal, unless NO_COLOR is set to anything (https://no-color.org). */
export function colorsFor(stream: TextStream, env: Readonly<Record<string, string | undefined>>): Colors {
  return pc.createColors(stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb')
}

function tableText<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  colors: Colors,
  width = Number.POSITIVE_INFINITY,
): string {
  const cells = rows.map((row) => columns.map(({ cell }) => printable(cell(row))))
  const table = new Table({
    head: columns.map((column) => colors.bold(column.heading)),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP },
    chars: noBorder,
    colWidths: columnWidths(columns, cells, width),
    wordWrap: true,
  })
  for (const [index, row] of rows.entries()) {
    table.push(
      columns.map(({ color }, column) => {
        const text = cells[index]?.[column] ?? ''
        return color === undefined ? text : color(text, row, colors)
      }),
    )
  }
  return table
    .toString()
    .split('\n')
    .map((row) => row.trimEnd())
    .join('\n')
}

const GAP = 2
const NARROWEST = 24

/** As wide as the widest cell; where that is too much together, columns that wrap share what the others leave. */
function columnWidths<Row>(
  columns: readonly Column<Row>[],
  cells: readonly (readonly string[])[],
  width: number,
): (number | null)[] {
  const natural = columns.map(
    ({ heading }, column) => GAP + Math.max(heading.length, ...cells.map((row) => row[column]?.length ?? 0)),
  )
  const sum = (widths: readonly number[]) => widths.reduce((total, one) => total + one, 0)
  if (sum(natural) <= width) return natural
  const fixed = sum(natural.filter((_, column) => columns[column]?.wrap === undefined))
  const wrapping = columns.filter(({ wrap }) => wrap).length
  const share = Math.max(NARROWEST, Math.floor((width - fixed) / Math.max(1, wrapping)))
  return natural.map((one, column) => (columns[column]?.wrap ? Math.min(one, share) : one))
}

const noBorder = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
}
