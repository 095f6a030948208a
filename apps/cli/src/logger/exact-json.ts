import { randomBytes } from 'node:crypto'
import { rewriteJson } from '@house-helper/events-core'

/** The key of an object that stands for a number as it was written; of this process alone, so no text can have it. */
const WRITTEN = `number-${randomBytes(16).toString('hex')}`

/** Levels that {@link exactJsonText} indents; what is nested deeper stands on one line, or indenting would fill the disk. */
const INDENTED_LEVELS = 50

/**
 * Parses JSON so that {@link exactJsonText} writes every number as it was: 64-bit integers and `1.0` survive.
 *
 * A number that JavaScript would write otherwise becomes an object that only `exactJsonText` knows; all else is as with
 * `JSON.parse`. Any nesting is fine.
 *
 * @throws SyntaxError when the text is not JSON.
 */
export function parseExactJson(text: string): unknown {
  const json = JSON.parse(text) as unknown
  const exact = rewriteJson(text, (token) =>
    token[0] === '"' || String(Number(token)) === token ? token : `{"${WRITTEN}":"${token}"}`,
  )
  return exact === text ? json : JSON.parse(exact)
}

/**
 * Writes a value that {@link parseExactJson} gave, or any other that `JSON.stringify` takes, as JSON; `indent` is the
 * number of spaces a level, default none. Does not recurse, so any nesting is fine.
 */
export function exactJsonText(value: unknown, indent = 0): string {
  const written: string[] = []
  const left: Piece[] = [{ value, level: 0 }]
  for (let piece = left.pop(); piece !== undefined; piece = left.pop()) {
    if (typeof piece === 'string') written.push(piece)
    // One by one: a list may be longer than a call can have arguments.
    else for (const part of piecesOf(piece.value, piece.level, indent).reverse()) left.push(part)
  }
  return written.join('')
}

type Piece = string | { readonly value: unknown; readonly level: number }

function piecesOf(value: unknown, level: number, indent: number): Piece[] {
  if (!isPlain(value)) return [JSON.stringify(value) ?? 'null']
  if (Object.hasOwn(value, WRITTEN)) return [String((value as Record<string, unknown>)[WRITTEN])]
  const isLaidOut = indent > 0 && level < INDENTED_LEVELS
  const line = (levels: number): string => (isLaidOut ? `\n${' '.repeat(indent * levels)}` : '')
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  const members = membersOf(value, isLaidOut ? ': ' : ':')
  if (members.length === 0) return [`${open}${close}`]
  const pieces = members.flatMap(([name, member], index) => [
    `${index === 0 ? '' : ','}${line(level + 1)}${name}`,
    { value: member, level: level + 1 },
  ])
  return [open ?? '', ...pieces, `${line(level)}${close}`]
}

/** What stands in an object or list, each with what comes before it. */
function membersOf(value: object, colon: string): [before: string, member: unknown][] {
  if (Array.isArray(value)) return value.map((item: unknown) => ['', item])
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => [`${JSON.stringify(name)}${colon}`, member])
}

/** Whether it is a list, or an object without a form of its own: a Date has one. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  return Array.isArray(value) || typeof (value as { toJSON?: unknown }).toJSON !== 'function'
}
