type Named = readonly [place: RegExp, text: string | ((name: string, number: string) => string)]

const member = (_: string, number: string): string => `user-${number}`

/** What a field at such a place says in an example; the first that matches counts. */
const named: readonly Named[] = [
  [/\.(?:assignees?|assignedTo|responsible|members?|owners?|participants?|recipients?)$/, member],
  [/By$|\.(?:member|owner|user|actor)Ids?$/, member],
  [/\.about\.id$/, 'task-001'],
  [/\.next\w+Id$/, (name) => `${lastWord(name.replace(/Id$/, ''))}-002`],
  [/Ids?$/, (name, number) => `${lastWord(name.replace(/Ids?$/, ''))}-${number}`],
  [/\.(?:due|expected|ends?|next|snoozed)\w*At$/, '2025-10-12T18:00:00.000Z'],
  [/At$/, '2025-10-09T12:00:00.000Z'],
  [/\.(?:due|next)\w*On$/, '2025-10-20'],
  [/On$|\.da(?:y|te)$/, '2025-10-09'],
  [/\.currency$/, 'EUR'],
  [/\.country$/, 'DE'],
  [/\.locale$/, 'de-DE'],
  [/\.timeZone$/, 'Europe/Berlin'],
  [/\.appVersion$/, '4.2.0'],
  [/\.room$/, 'kitchen'],
  [/\.store$/, 'Corner shop'],
  [/\.brand$/, 'Green Hills'],
  [/\.reference$/, '2025-10-4711'],
  [/\.displayName$/, 'Sam'],
  [/\.template$/, 'bill-overdue'],
  [/\.changes\.(?:title|name)$/, 'What it is called now'],
  [/\.title$/, 'Take out trash'],
  [/\.label$/, 'Pizza'],
  [/\.payee\.name$/, 'City Power'],
  [/\.machine\.name$/, 'The one in the cellar'],
  [/\.summary$/, 'Sam took out the trash'],
  [/\.description$/, 'Paper goes into the blue bin'],
  [/\.(?:note|comment|message)$/, 'The key is under the mat'],
  [/\.type$/, 'task.completed'],
]

/** The text that the place of a field suggests for an example; `index` tells the items of a list apart. */
export function namedText(place: string, index: number): string | undefined {
  const text = named.find(([pattern]) => pattern.test(place))?.[1]
  return typeof text === 'function' ? text(nameOf(place), numberOf(index)) : text
}

/** Texts of the sorts that contracts know, for a field whose name says nothing. */
export function otherTexts(index: number): readonly string[] {
  return [
    // With a space, no pattern of another sort takes it for its own.
    'An example',
    `example-${numberOf(index)}`,
    '2026-10-08T18:00:00.000Z',
    '2026-10-08',
    '12:00:00',
    'PT30M',
    'EUR',
    'DE',
    'sam@example.com',
    'https://example.com/001',
    '0b0f3cde-5d3c-4b43-9a1e-2f6a1c7d8e90',
    '1.0',
    '001',
    'a',
  ]
}

const numbers: readonly (readonly [name: RegExp, value: number])[] = [
  [/^amount$/, 1250],
  [/Grams$/, 1500],
  [/Celsius$/, 40],
  [/Rpm$/, 1200],
  [/WattHours$/, 650],
  [/Litres$/, 48.5],
  [/Seconds$/, 600],
  [/Minutes$/, 30],
  [/Ms$/, 1500],
  [/points$/i, 10],
  [/^interval$/, 1],
  [/^(?:quantity|value)$/, 2],
  [/days/i, 3],
]

/** The number that a field at this place holds in an example. */
export function namedNumber(place: string): number {
  const name = nameOf(place)
  return numbers.find(([pattern]) => pattern.test(name))?.[1] ?? 3
}

/** `task` of `nextTask`, which an id of one begins with. */
function lastWord(name: string): string {
  return (name.match(/[A-Z]?[a-z0-9]+$/)?.[0] ?? (name || 'example')).toLowerCase()
}

/** `taskId` of `data.items.taskId`. */
function nameOf(place: string): string {
  return place.slice(place.lastIndexOf('.') + 1)
}

function numberOf(index: number): string {
  return String(index + 1).padStart(3, '0')
}
