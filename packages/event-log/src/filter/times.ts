import { formatTimestamp, parseTimestamp } from '@house-helper/events-core'

/** The times that a filter takes, for messages. */
export const TIME_FORMS = '30s, 15m, 2h, 7d or 4w ago, now, today, yesterday, 2026-01-31, or 2026-01-31T12:00:00Z'

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }
const DAY_MS = 86_400_000

/**
 * Resolves a time of a filter to UTC with milliseconds: an age (`30s`, `15m`, `2h`, `7d`, `4w`), `now`, `today` or
 * `yesterday` (midnight, UTC), a date (its midnight, UTC) or RFC 3339. Undefined for anything else, and for what lies
 * outside of the years 0 to 9999.
 */
export function resolveTime(text: string, now: Date): string | undefined {
  const ms = timeMs(text, now.getTime())
  if (ms === undefined) return undefined
  const written = formatTimestamp(ms)
  return parseTimestamp(written) === ms ? written : undefined
}

function timeMs(text: string, nowMs: number): number | undefined {
  const [, amount, unit = ''] = /^(\d{1,6})([smhdw])$/.exec(text) ?? []
  if (amount !== undefined) return nowMs - Number(amount) * (UNIT_MS[unit] ?? 0)
  const todayMs = Math.floor(nowMs / DAY_MS) * DAY_MS
  if (text === 'now') return nowMs
  if (text === 'today') return todayMs
  if (text === 'yesterday') return todayMs - DAY_MS
  return parseTimestamp(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text)
}
