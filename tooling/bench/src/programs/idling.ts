import { setTimeout as sleep } from 'node:timers/promises'

/** What the programs that idle are asked to do. */
export interface IdleOrder {
  readonly brokers: readonly string[]
  readonly topicPrefix: string
  readonly groupId: string
  readonly idleMs: number
}

/** What they answer: the processor time of the process while it was idle. */
export interface IdleAnswer {
  readonly cpuMs: number
}

/** How long a process is left alone before it counts as idle, in milliseconds: connecting and compiling are over then. */
const SETTLING_MS = 3_000

/** Idles, and says what that cost. */
export async function idleFor(idleMs: number): Promise<IdleAnswer> {
  await sleep(SETTLING_MS)
  const before = process.cpuUsage()
  await sleep(idleMs)
  const { user, system } = process.cpuUsage(before)
  return { cpuMs: (user + system) / 1000 }
}
