import { consumeCase, partitionsCase, slowHandlersCase } from './cases/consume.ts'
import { idleCase } from './cases/idle.ts'
import { importCase } from './cases/import.ts'
import { producerPerformanceCase } from './cases/producer-performance.ts'
import { handBatchedCase, publishCase } from './cases/publish.ts'
import { connectCase, recordCase, recordIntoLargeCase, recordMemoryCase } from './cases/record.ts'
import { replayCase, replayMemoryCase } from './cases/replay.ts'
import type { Case } from './measure.ts'

/** Every case, in the order in which it is measured. A slow peer publishes a smaller share of the events. */
export const cases: readonly Case[] = [
  importCase(1.3),
  idleCase(0.3),
  publishCase(1, 1, { ours: 0.02, peer: 0.02 }),
  publishCase(100, 8, { ours: 0.7, peer: 0.07 }),
  publishCase(1000, 10, { ours: 0.7, peer: 0.07 }),
  handBatchedCase(0.9),
  producerPerformanceCase('platformatic', 0.7),
  consumeCase('kafkajs', 0.8),
  consumeCase('platformatic', 1.1),
  slowHandlersCase(50),
  connectCase(2),
  recordCase('kafkajs', 0.9),
  recordCase('platformatic', 1.1),
  replayCase(),
]

/** What must not change as things grow; these take long. */
export const growthCases: readonly Case[] = [
  recordMemoryCase(1.1),
  recordIntoLargeCase(5_000_000, 0.8),
  partitionsCase('kafkajs', 0.4),
  partitionsCase('platformatic', 0.8),
  replayMemoryCase(),
]
