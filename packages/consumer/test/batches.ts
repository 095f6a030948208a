import type { BatchContext, BatchHandler, BatchOutcome } from '../src/batch/batch-handler.ts'
import type { ReceivedEvent } from '../src/event.ts'
import type { BatchHandlerOptions } from '../src/handlers.ts'
import type { Subscriber, SubscriberOptions } from '../src/subscriber.ts'
import { until } from './condition.ts'
import type { chores } from './domain.ts'
import { createGate } from './gate.ts'
import { message } from './household.ts'
import { onChores, type Stage } from './stage.ts'

type Started = (typeof chores)['events'][0]

/** The batch handler of `chore.started`. */
export type OnBatch = BatchHandler<Started, object>

/** What is done with one event. */
export type Work = (event: ReceivedEvent<Started>) => void | Promise<void>

/** Makes a batch handler that leaves a key alone once an event of it has failed, as it has to. */
export function inBatches(work: Work): OnBatch {
  return async (events, context) => {
    const failed = new Set<string>()
    const outcomes: BatchOutcome[] = []
    for (const event of events) {
      const { householdId } = event
      if (failed.has(householdId)) continue
      try {
        await work(event)
        outcomes.push(context.done(event))
      } catch (error) {
        failed.add(householdId)
        outcomes.push(context.failed(event, String(error)))
      }
    }
    return outcomes
  }
}

/** A subscriber with a batch handler that is at its first event, so that the test decides what waits behind it. */
export interface BatchStage {
  readonly one: Subscriber
  /** The ids of each batch after the first event's. */
  readonly batches: readonly (readonly string[])[]
  /** Lets the first event be done. */
  go(): void
}

/** How the subscriber is made. */
export interface BatchStageOptions extends Partial<SubscriberOptions> {
  readonly handler?: Omit<BatchHandlerOptions<Started>, 'handleBatch'>
}

/** Starts a subscriber of partition 0 and gives it one event, at which it waits. */
export async function startBatches(
  stage: Stage,
  handle: OnBatch,
  { handler = {}, on = [], ...options }: BatchStageOptions = {},
): Promise<BatchStage> {
  const batches: string[][] = []
  const first = createGate()
  const begun = createGate()
  const handleBatch = async (
    events: readonly ReceivedEvent<Started>[],
    context: BatchContext<Started>,
  ): Promise<readonly BatchOutcome[]> => {
    const [{ id }] = events as readonly [ReceivedEvent<Started>]
    if (id === 'warm') return events.map(context.done)
    if (id === 'first') {
      begun.open()
      await first.opened
      return events.map(context.done)
    }
    batches.push(events.map(({ id }) => id))
    return handle(events, context)
  }
  const one = stage.subscriberOn({
    on: [onChores({ 'chore.started': { handleBatch, ...handler } }), ...on],
    ...options,
  })
  await one.start()
  // The first attempt in a partition is committed before it begins; from then on events share batches.
  await stage.sendToFirst([message({ id: 'warm' })])
  await until('the partition is warm', () => one.stats().handled === 1)
  await stage.sendToFirst([message({ id: 'first', householdId: 'first' })])
  await begun.opened
  return { one, batches, go: first.open }
}

/** Sends events to partition 0 and waits until the subscriber has read them: `a1` is the event of this id and key `a`. */
export async function sendAndRead(stage: Stage, one: Subscriber, ids: readonly string[]): Promise<void> {
  const before = one.stats().received
  await stage.sendToFirst(ids.map((id) => message({ id, householdId: id.slice(0, 1) })))
  await until('all are read', () => one.stats().received === before + ids.length)
}
