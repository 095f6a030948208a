/** The whole number above 0 that an option was given, or an error that names the option. */
export function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new Error(`--${name} takes a whole number above 0, not ${JSON.stringify(text)}.`)
}
