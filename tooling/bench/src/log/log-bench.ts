import type { BenchStack, Result } from '../measure.ts'
import { type SeededLog, seedLog } from './seeded-log.ts'

/** What the cases of a log share. */
export interface LogBench {
  readonly stack: BenchStack
  /** A log of all records; made when it is first asked for. */
  large(): Promise<SeededLog>
  /** A log of a tenth of them. */
  small(): Promise<SeededLog>
  /** Counted rounds of a case. */
  readonly rounds: number
  /** Requests of one round. */
  readonly requests: number
  close(): Promise<void>
}

/** Something measured on logs; it may give several figures. */
export interface LogCase {
  readonly name: string
  run(bench: LogBench): Promise<readonly Result[]>
}

/** What {@link createLogBench} takes. */
export interface LogBenchOptions extends Pick<LogBench, 'stack' | 'rounds' | 'requests'> {
  readonly records: number
  /** Told of each log that was made. */
  readonly onSeeded: (log: SeededLog) => void
}

/** Makes the ground that cases stand on; closing it drops its logs. */
export function createLogBench({ records, onSeeded, ...shared }: LogBenchOptions): LogBench {
  const logs = new Map<number, Promise<SeededLog>>()
  const logOf = (count: number): Promise<SeededLog> => {
    const known = logs.get(count)
    if (known !== undefined) return known
    const made = seedLog({
      ...{ mongodbUri: shared.stack.mongodbUri, database: `bench-log-${process.pid}-${count}`, count },
    })
    logs.set(count, made)
    made.then(onSeeded, () => {})
    return made
  }
  return {
    ...shared,
    large: () => logOf(records),
    small: () => logOf(Math.ceil(records / 10)),
    async close() {
      for (const log of await Promise.allSettled(logs.values())) if (log.status === 'fulfilled') await log.value.drop()
    },
  }
}
