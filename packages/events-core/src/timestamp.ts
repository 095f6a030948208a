/** RFC 3339 with any offset and any precision, as Go, Java and JavaScript write it. */
export const RFC3339: RegExp =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,18})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/

/** RFC 3339 as our publishers write it: UTC with milliseconds, what `new Date().toISOString()` gives. */
export const UTC_MILLISECONDS: RegExp =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/

/** Whether a text is RFC 3339 and names an instant. */
export function isTimestamp(text: string): boolean {
  return RFC3339.test(text) && isInMonth(text)
}

/** Reads an RFC 3339 text as milliseconds since 1970, cutting finer digits; undefined where it names no instant. */
export function parseTimestamp(text: string): number | undefined {
  if (!isTimestamp(text)) return undefined
  // As our publishers and the Go service mostly write it, there is nothing to cut and nothing to raise.
  const plain = text.length <= 24 && text.endsWith('Z') && text.charAt(10) === 'T'
  const ms = Date.parse(plain ? text : text.replace(/(\.\d{3})\d+/, '$1').toUpperCase())
  return Number.isNaN(ms) ? undefined : ms
}

let lastMs = Number.NaN
let lastText = ''

/** Writes milliseconds since 1970 as our publishers do: UTC with milliseconds. Events of a busy publisher share a text. */
export function formatTimestamp(ms: number): string {
  if (ms !== lastMs) {
    lastText = new Date(ms).toISOString()
    lastMs = ms
  }
  return lastText
}

/** Whether the month has that day: `Date.parse` takes the 30th of February for the 2nd of March. */
function isInMonth(text: string): boolean {
  const day = text.slice(8, 10)
  if (day <= '28') return true
  // Leap years come again every 400 years; years before 100 would mean the twentieth century to Date.UTC.
  const year = 2000 + (Number(text.slice(0, 4)) % 400)
  return Number(day) <= new Date(Date.UTC(year, Number(text.slice(5, 7)), 0)).getUTCDate()
}
