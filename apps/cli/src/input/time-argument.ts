import { formatTimestamp, parseTimestamp } from '@house-helper/events-core'
import { InvalidArgumentError } from 'commander'

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Reads a time, RFC 3339 or how long ago (`90s`, `15m`, `2h`, `7d`), as RFC 3339; throws commander's argument error. */
export function parseTimeArgument(text: string, nowMs: number): string {
  const ago = /^(\d{1,9})([smhd])$/.exec(text)
  const ms = ago ? nowMs - Number(ago[1]) * (unitMs[ago[2] as string] as number) : undefined
  if (ms !== undefined && ms >= 0) return formatTimestamp(ms)
  if (parseTimestamp(text) !== undefined) return text
  throw new InvalidArgumentError('Write an RFC 3339 time (2026-01-31T08:00:00Z) or how long ago: 15m, 2h, 7d.')
}
