import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runUnderFaults } from './fault-run.ts'
import { createFaultStand } from './fault-stand.ts'
import { noViolations } from './soak-case.ts'
import { type SoakStack, startSoakStack } from './stack.ts'

describe('sixty seconds of random faults', () => {
  let stack: SoakStack
  let logDir: string

  beforeAll(async () => {
    stack = await startSoakStack({ kafkaHeapMb: 384 })
    logDir = await mkdtemp(join(tmpdir(), 'house-helper-soak-test-'))
  }, 120_000)
  afterAll(async () => {
    await stack.close()
    await rm(logDir, { recursive: true })
  })

  it('lose no acknowledged event, double none, and keep the order of each key', async () => {
    const seed = 60
    const said: string[] = []
    const log = (line: string): void => void said.push(line)
    const programs = { name: 'sixty-seconds', loggers: 2, handlers: 2, sessions: 'brief' } as const
    await using stand = await createFaultStand({ ...programs, stack, logDir, log })
    const report = await runUnderFaults(stand, {
      // A pace that leaves the machine to the other tests: what counts here is how long faults go on.
      ...{ seed, log, events: 6_000, ratePerSecond: 100, callers: 50, faults: 20, faultsForMs: 60_000 },
      ...{ pauseMs: 1_000, maxFreezeMs: 5_000, maxBlackholeMs: 3_000, drainTimeoutMs: 240_000 },
    })
    const missed = report.figures.filter(({ met }) => !met)
    expect({ ...report.invariants, missed }, said.join('\n')).toEqual({ ...noViolations, missed: [] })
    expect(report.events).toBe(6_000)
  }, 480_000)
})
