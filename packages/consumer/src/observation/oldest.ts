import type { Position, Transport } from '@house-helper/events-core'

/** How old the oldest message at or after a position is, in seconds, by its broker's timestamp; 0 where there is none. */
export async function oldestAgeSeconds(
  transport: Pick<Transport, 'read'>,
  from: Position,
  nowMs: number = Date.now(),
): Promise<number> {
  const [oldest] = await transport.read(from, { maxBytes: 1, timeoutMs: READ_TIMEOUT_MS })
  return oldest === undefined ? 0 : Math.max(0, (nowMs - oldest.timestampMs) / 1000)
}

const READ_TIMEOUT_MS = 5_000
