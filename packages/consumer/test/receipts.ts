import type { Once, OnceDelivery } from '../src/once.ts'

/** What a handler gets that writes effects. */
export interface Effects {
  readonly effects: string[]
}

/** Receipts in memory, whose "transaction" is a list of effects that counts only when the handler has succeeded. */
export interface MemoryReceipts extends Once<Effects> {
  /** The effects of all transactions that were committed. */
  readonly done: readonly string[]
  readonly seen: readonly OnceDelivery[]
}

/** Makes receipts in memory. */
export function receiptsInMemory(): MemoryReceipts {
  const receipts = new Map<string, string>()
  const done: string[] = []
  const seen: OnceDelivery[] = []
  const found = ({ event: { id, type } }: OnceDelivery): 'repeat' | 'conflict' | undefined => {
    const receipt = receipts.get(id)
    if (receipt === undefined) return undefined
    return receipt === type ? 'repeat' : 'conflict'
  }
  const commit = (deliveries: readonly OnceDelivery[], effects: readonly string[]): void => {
    for (const { event } of deliveries) receipts.set(event.id, event.type)
    done.push(...effects)
  }
  return {
    done,
    seen,
    async run(delivery, handle) {
      seen.push(delivery)
      const outcome = found(delivery)
      if (outcome !== undefined) return outcome
      const effects: string[] = []
      await handle({ effects })
      commit([delivery], effects)
      return 'handled'
    },
    async runBatch(deliveries, handle) {
      seen.push(...deliveries)
      const outcomes = deliveries.map(found)
      const fresh = deliveries.filter((_, index) => outcomes[index] === undefined)
      const effects: string[] = []
      if (fresh.length > 0) await handle({ effects }, fresh)
      commit(fresh, effects)
      return outcomes.map((outcome) => outcome ?? 'handled')
    },
  }
}
