import { exactJsonText } from '../logger/exact-json.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this file is about.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/** A text as it may go to a terminal: events come from anyone, and control characters in them would steer the terminal. */
export function printable(text: string): string {
  return text.replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** A value as one line of JSON without any character that steers a terminal. */
export function jsonLine(value: unknown): string {
  return printable(exactJsonText(value))
}
