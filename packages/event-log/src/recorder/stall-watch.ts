import type { Transport } from '@house-helper/events-core'
import { LogError } from '../errors.ts'
import type { MeasuredLane } from './lag.ts'
import type { Lane } from './lane.ts'

/** What a stall watch works with. */
export interface StallWatchParts {
  readonly transport: Pick<Transport, 'read'>
  readonly stallTimeoutMs: number
  /** Leaves the group and joins it anew. */
  rebuild(why: string): Promise<void>
  die(error: LogError): void
}

/** Looks for partitions that stand still although messages wait, and nothing says why. */
export interface StallWatch {
  /** Looks at what was measured just now. Has the membership built anew once, and ends the recorder if that was no help. */
  look(measured: readonly MeasuredLane[]): Promise<void>
}

interface Standstill {
  readonly next: number | undefined
  readonly sinceMs: number
}

/** Makes a watch. Whatever fails and is tried again is no standstill: health names it. */
export function createStallWatch({ transport, stallTimeoutMs, rebuild, die }: StallWatchParts): StallWatch {
  const standing = new Map<string, Standstill>()
  // The partitions that a new membership was to help, by where they stood.
  const helped = new Map<string, number | undefined>()

  const note = ({ lane, lag }: MeasuredLane, nowMs: number): boolean => {
    const name = nameOf(lane)
    const next = lane.state?.next
    const before = standing.get(name)
    if (lag === 0) standing.delete(name)
    else if (before === undefined || before.next !== next) standing.set(name, { next, sinceMs: nowMs })
    else return nowMs - before.sinceMs >= stallTimeoutMs
    return false
  }
  return {
    async look(measured) {
      // Lanes wait for one another's writes: while one of them fails, all may.
      if (measured.some(({ lane }) => lane.isFailing)) standing.clear()
      const names = new Set(measured.map(({ lane }) => nameOf(lane)))
      for (const name of standing.keys()) if (!names.has(name)) standing.delete(name)
      const nowMs = performance.now()
      const still = measured.filter((one) => note(one, nowMs)).map(({ lane }) => lane)
      for (const lane of still) {
        if (!(await hasMessage(lane, transport))) continue
        const [name, next] = [nameOf(lane), lane.state?.next]
        const why = `${name} has messages from offset ${next ?? 'its beginning'} that are not recorded`
        if (helped.has(name) && helped.get(name) === next) return die(stalled(why))
        helped.set(name, next)
        standing.clear()
        return await rebuild(why)
      }
    },
  }
}

/** Offsets at the end may be a transaction's markers, which no reader ever gets. */
async function hasMessage({ topic, partition, state }: Lane, transport: Pick<Transport, 'read'>): Promise<boolean> {
  const offset = state?.next ?? 0
  return (await transport.read({ topic, partition, offset }, { maxBytes: 1, timeoutMs: 5_000 })).length > 0
}

function stalled(why: string): LogError {
  return new LogError('LOG_STALLED', `The recorder makes no progress, even as a new member of its group: ${why}.`)
}

function nameOf({ topic, partition }: Lane): string {
  return `${topic}/${partition}`
}
