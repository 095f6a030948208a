import type { DeadLetterGroup, LoggedDeadLetter } from '../logger/dead-client.ts'
import type { Column } from './output.ts'

/** What tables of dead letters show. */
export const deadLetterColumns: readonly Column<LoggedDeadLetter>[] = [
  { heading: 'TIME', cell: ({ lastTime }) => lastTime },
  { heading: 'GROUP', cell: ({ group }) => group },
  { heading: 'TYPE', cell: ({ type }) => type ?? '', color: (text, _letter, colors) => colors.cyan(text) },
  { heading: 'SUBJECT', cell: ({ subject }) => subject ?? '' },
  { heading: 'REASON', cell: ({ lastFailure, unreadable }) => lastFailure?.code ?? unreadable?.reason ?? '' },
  { heading: 'COUNT', cell: ({ count }) => String(count) },
  { heading: 'STATE', cell: ({ state }) => state },
  { heading: 'ID', cell: ({ id }) => id },
]

/** What tables of errors show. */
export const deadLetterGroupColumns: readonly Column<DeadLetterGroup>[] = [
  { heading: 'COUNT', cell: ({ count }) => String(count) },
  { heading: 'GROUP', cell: ({ group }) => group },
  { heading: 'TYPE', cell: ({ type }) => type ?? '', color: (text, _group, colors) => colors.cyan(text) },
  { heading: 'LAST', cell: ({ lastTime }) => lastTime },
  { heading: 'FINGERPRINT', cell: ({ fingerprint }) => fingerprint },
  { heading: 'REASON', cell: ({ failure }) => (failure ? `${failure.code}: ${failure.message}` : ''), wrap: true },
]
