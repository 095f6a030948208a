/** What options add to a filter, by the filter's fields. */
export type FilterOptions = Readonly<
  Partial<Record<'subject' | 'household' | 'user' | 'type' | 'since' | 'until', string | undefined>>
>

/** Writes a filter from words and options, in the filter language; the event logger reads it, and says where it is wrong. */
export function filterText(words: readonly string[], options: FilterOptions = {}): string {
  const terms = Object.entries(options).flatMap(([field, value]) =>
    value === undefined ? [] : [`${field}:${quoted(value)}`],
  )
  return [...words, ...terms].join(' ')
}

function quoted(value: string): string {
  return /[\s"]/.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : value
}

/** Shows a filter with a mark under the part that is wrong. */
export function markedFilter(filter: string, position: number, length = 1): string {
  return `  ${filter}\n  ${' '.repeat(position)}${'^'.repeat(Math.max(1, Math.min(length, filter.length - position)))}`
}
