import { exactJsonText } from '../logger/exact-json.ts'
import type { LoggedEvent } from '../logger/log-client.ts'
import type { Column } from './output.ts'

/** What tables of events show. */
export const eventColumns: readonly Column<LoggedEvent>[] = [
  { heading: 'TIME', cell: ({ timestamp }) => timestamp },
  { heading: 'TYPE', cell: ({ type }) => type, color: (text, _event, colors) => colors.cyan(text) },
  { heading: 'HOUSEHOLD', cell: ({ householdId }) => householdId ?? '' },
  { heading: 'USER', cell: ({ userId }) => userId ?? '' },
  { heading: 'SOURCE', cell: ({ source }) => source ?? '' },
  { heading: 'ID', cell: ({ id }) => id },
]

/** One event's fields, as they are shown one under the other. */
export function eventFields(event: object): readonly (readonly [string, string])[] {
  return Object.entries(event)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => [name, typeof value === 'string' ? value : exactJsonText(value, 2)])
}

/** One event as a line, for those that come one by one. */
export function eventText({ timestamp, type, householdId, userId, source, id }: LoggedEvent): string {
  return [timestamp, type, householdId ?? userId ?? '-', source ?? '-', id].join('  ')
}
