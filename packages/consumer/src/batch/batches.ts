import type { PendingEvent } from '../scheduling/pending-event.ts'
import { Batch, type BatchNeeds } from './batch.ts'

/** The batches of a subscriber: at most one is being gathered, within one turn of the event loop. */
export class Batches {
  readonly #needs: BatchNeeds
  #open: Batch | undefined

  constructor(needs: BatchNeeds) {
    this.#needs = needs
  }

  /** Opens a batch for events to join. */
  gather(): { readonly batch: Batch; readonly end: () => void } {
    const batch = new Batch(this.#needs)
    this.#open = batch
    return {
      batch,
      end: () => {
        this.#open = undefined
      },
    }
  }

  /** Has an event handled: in the batch that is being gathered, else alone. */
  async join(event: PendingEvent): Promise<void> {
    if (this.#open !== undefined) return this.#open.join(event)
    const alone = new Batch(this.#needs)
    const joined = alone.join(event)
    await alone.run()
    return joined
  }
}
