/**
 * Writes a JSON text anew with each of its texts, keys among them, and numbers as `rewrite` says; all else stays.
 *
 * The JSON has to be valid. It may be nested to any depth and its texts may be of any length, where `JSON.parse` with a
 * reviver and regular expressions run out of stack.
 */
export function rewriteJson(json: string, rewrite: (token: string) => string): string {
  const parts: string[] = []
  let kept = 0
  for (let at = 0; at < json.length; ) {
    const end = endOfToken(json, at)
    if (end === at) {
      at += 1
      continue
    }
    const token = json.slice(at, end)
    const written = rewrite(token)
    if (written !== token) {
      parts.push(json.slice(kept, at), written)
      kept = end
    }
    at = end
  }
  return parts.length === 0 ? json : `${parts.join('')}${json.slice(kept)}`
}

/** A double holds every decimal of this many digits so that it can be told from its neighbours. */
const EXACT_DIGITS = 15

/**
 * Reads the `data` of an event's message for comparing: what it gives for two messages is deeply equal where the same
 * was written, whatever the order of keys, the spaces and the escapes.
 *
 * Numbers stay apart that were written apart: one that a double cannot hold becomes a text, and texts, keys among them,
 * begin with a mark of their own. It may be nested deeper than calls can be, so it is not for functions that recurse.
 */
export function comparableData(value: Uint8Array): unknown {
  const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8')
  const json = rewriteJson(text, (token) => (token[0] === '"' ? `"t${token.slice(1)}` : comparableNumber(token)))
  return (JSON.parse(json) as { readonly tdata?: unknown }).tdata
}

function comparableNumber(token: string): string {
  const digits = token.replace(/e.*$/i, '').replace(/[-.]/g, '').replace(/^0+/, '')
  return digits.length <= EXACT_DIGITS && Number.isFinite(Number(token)) ? token : `"n${token}"`
}

const QUOTE = 0x22
const PLUS = 0x2b
const MINUS = 0x2d
const POINT = 0x2e
const BACKSLASH = 0x5c

/** The index after the text or number that begins here; the index itself where none does. */
function endOfToken(json: string, start: number): number {
  const first = json.charCodeAt(start)
  if (first === QUOTE) return endOfText(json, start)
  if (first !== MINUS && !isDigit(first)) return start
  let end = start + 1
  while (isNumberPart(json.charCodeAt(end))) end += 1
  return end
}

function endOfText(json: string, start: number): number {
  let quote = json.indexOf('"', start + 1)
  while (quote !== -1 && isEscaped(json, quote)) quote = json.indexOf('"', quote + 1)
  return quote === -1 ? json.length : quote + 1
}

function isEscaped(json: string, quote: number): boolean {
  let backslashes = 0
  while (json.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes += 1
  return backslashes % 2 === 1
}

function isNumberPart(code: number): boolean {
  // 0x20 makes an E small.
  return isDigit(code) || code === POINT || code === PLUS || code === MINUS || (code | 0x20) === 0x65
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}
