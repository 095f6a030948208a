import { publishCase } from './cases/publish.ts'
import { recordCase, recordMemoryCase } from './cases/record.ts'
import { replayCase, replayMemoryCase } from './cases/replay.ts'
import type { Case } from './measure.ts'

/** Every case, in the order in which it is measured. A slow peer publishes a smaller share of the events. */
export const cases: readonly Case[] = [
  publishCase(1, 0.9, { ours: 0.02, peer: 0.02 }),
  publishCase(1000, 8, { ours: 0.7, peer: 0.07 }),
  recordCase(),
  recordMemoryCase(),
  replayCase(),
  replayMemoryCase(),
]
