import type { Clock, Logger } from '@house-helper/events-core'
import type { Deadlines } from './attempt/deadlines.ts'
import type { Batches } from './batch/batches.ts'
import { cause } from './middleware/cause.ts'
import { contract } from './middleware/contract.ts'
import { crashGuard } from './middleware/crash-guard.ts'
import { deadline } from './middleware/deadline.ts'
import { type GiveUp, giveUp } from './middleware/give-up.ts'
import { compose, type Handler } from './middleware/handler.ts'
import { invoke } from './middleware/invoke.ts'
import { beforeBatch, joinBatch } from './middleware/join-batch.ts'
import { notBefore } from './middleware/not-before.ts'
import { once } from './middleware/once.ts'
import { retry } from './middleware/retry.ts'
import type { Once } from './once.ts'
import type { OutcomeListener } from './outcome-listener.ts'
import type { Committer } from './progress/committer.ts'
import type { PendingEvent } from './scheduling/pending-event.ts'
import type { Scheduler } from './scheduling/scheduler.ts'
import type { Statistics } from './statistics.ts'

/** What the way of an event is made of. */
export interface PipelineParts {
  readonly scheduler: Scheduler
  readonly clock: Clock
  readonly listener: OutcomeListener | undefined
  readonly committer: Committer
  readonly deadlines: Deadlines
  readonly statistics: Statistics
  readonly logger: Logger
  /** What becomes of events that will not be tried again. */
  readonly strategy: GiveUp
  readonly once: Once | undefined
  readonly batches: Batches
  /** The instances that are members of the group. */
  readonly present: (event: PendingEvent) => Promise<ReadonlySet<string>>
}

/** The way of an event from its slot to the user's handler, outermost first. */
export function createPipeline(parts: PipelineParts): Handler {
  const { scheduler, clock, listener, committer, deadlines, statistics, logger, strategy, batches } = parts
  const wait = scheduler.wait.bind(scheduler)
  const retrying = retry({ wait, clock, listener, statistics, logger })
  const guard = crashGuard({
    commit: () => committer.flush(),
    admitted: async (event) => (scheduler.stopped ? scheduler.wait(event, 0) : undefined),
    present: parts.present,
  })
  const single = compose(
    [
      giveUp(strategy),
      contract,
      notBefore(clock, wait),
      retrying,
      guard,
      deadline({ deadlines, statistics, logger }),
      cause(),
      once({ receipts: parts.once, commit: () => committer.flush() }),
    ],
    invoke,
  )
  const batched = compose(
    [giveUp(strategy), beforeBatch(contract), beforeBatch(notBefore(clock, wait)), retrying, guard],
    joinBatch(batches),
  )
  return (event) => (event.route.batch === undefined ? single(event) : batched(event))
}
