/** One `field:value` of a filter's text, with where its parts begin. */
export interface Term {
  readonly field: string
  readonly fieldAt: number
  readonly value: string
  readonly valueAt: number
  /** The value's places in the text, character by character: an escape is one character of the value and two of the text. */
  readonly end: number
}

/** What keeps a text from being terms, and where. */
export interface TermProblem {
  readonly at: number
  readonly length: number
  readonly what: string
  readonly expected: string
}

const BLANK = /\s/

/** Reads the terms of a filter's text, in their order; stops at the first thing that is none. */
export function readTerms(text: string): { terms: readonly Term[] } | { problem: TermProblem } {
  const terms: Term[] = []
  for (let at = skipBlanks(text, 0); at < text.length; at = skipBlanks(text, at)) {
    const read = readTerm(text, at)
    if ('problem' in read) return read
    terms.push(read.term)
    at = read.term.end
  }
  return { terms }
}

function readTerm(text: string, fieldAt: number): { term: Term } | { problem: TermProblem } {
  const wordEnd = endOfWord(text, fieldAt)
  const colon = text.indexOf(':', fieldAt)
  if (colon === -1 || colon > wordEnd || colon === fieldAt) {
    const word = text.slice(fieldAt, wordEnd)
    const what = colon === fieldAt ? 'there is no field before the colon' : `${JSON.stringify(word)} names no field`
    return problem(fieldAt, wordEnd - fieldAt, what, 'field:value, such as type:task.* or household:h_42')
  }
  const field = text.slice(fieldAt, colon)
  const valueAt = colon + 1
  if (text[valueAt] === '"') {
    const read = readQuoted(text, valueAt)
    return 'problem' in read ? read : { term: { field, fieldAt, valueAt, ...read } }
  }
  const value = text.slice(valueAt, wordEnd)
  const quote = value.indexOf('"')
  if (quote !== -1) {
    return problem(valueAt + quote, 1, 'a quotation mark stands inside a value', 'the whole value in quotation marks')
  }
  return { term: { field, fieldAt, value, valueAt, end: wordEnd } }
}

function readQuoted(text: string, start: number): { value: string; end: number } | { problem: TermProblem } {
  let value = ''
  for (let at = start + 1; at < text.length; at++) {
    const character = text.charAt(at)
    if (character === '"') {
      const end = at + 1
      if (end === text.length || BLANK.test(text.charAt(end))) return { value, end }
      return problem(end, 1, 'the value goes on after its quotation mark', 'a space')
    }
    if (character !== '\\') {
      value += character
      continue
    }
    const escaped = text.charAt(at + 1)
    if (escaped !== '"' && escaped !== '\\') {
      return problem(at, 2, 'a backslash stands before something else', '\\" or \\\\ within quotation marks')
    }
    value += escaped
    at++
  }
  return problem(start, text.length - start, 'a quotation mark is not closed', 'a " at the end of the value')
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (at < text.length && BLANK.test(text.charAt(at))) at++
  return at
}

function endOfWord(text: string, from: number): number {
  let at = from
  while (at < text.length && !BLANK.test(text.charAt(at))) at++
  return at
}

function problem(at: number, length: number, what: string, expected: string): { problem: TermProblem } {
  return { problem: { at, length, what, expected } }
}
