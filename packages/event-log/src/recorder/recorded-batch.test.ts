import { expect, it } from 'vitest'
import type { PartitionState } from '../documents.ts'
import { recordedBatch } from './recorded-batch.ts'

it('counts the verdicts of new records, and leaves repeats out', () => {
  const counts = { recorded: 3, repeats: 1, conflicts: 1, quarantined: 2 }
  const entry = { messages: 6, counts, repeats: [{ offset: 1, id: 'e' }] }
  const state = { topic: 'house-helper.tasks', partition: 2, entry } as unknown as PartitionState
  const records = [
    { offset: 0, contract: 'ok' },
    { offset: 1, contract: 'ok' },
    { offset: 2, contract: 'broken' },
    { offset: 5, contract: 'unknown-type' },
  ] as const
  expect(recordedBatch(state, records, 12)).toEqual({
    topic: 'house-helper.tasks',
    partition: 2,
    messages: 6,
    counts,
    contracts: { ok: 1, broken: 1, 'unknown-type': 1, 'unknown-version': 0 },
    processingMs: 12,
  })
})
