import type { Clock, Logger, Transport } from '@house-helper/events-core'
import { deadLetter } from '../middleware/dead-letter.ts'
import { type GiveUp, type HeldEvents, hold } from '../middleware/give-up.ts'
import { later } from '../middleware/later.ts'
import type { Scheduler } from '../scheduling/scheduler.ts'
import type { Statistics } from '../statistics.ts'
import { Courier, type GroupTopic } from './courier.ts'

/** What giving up needs. */
export interface GivingUpOptions {
  readonly transport: Transport
  readonly inbox: GroupTopic | undefined
  readonly dead: GroupTopic | undefined
  readonly scheduler: Scheduler
  readonly clock: Clock
  readonly held: HeldEvents
  readonly statistics: Statistics
  readonly logger: Logger
}

/** What becomes of events whose attempts have ended, and the couriers that set them aside. */
export class GivingUp {
  readonly strategy: GiveUp
  /** To the inbox; undefined where there is none. */
  readonly inbox: Courier | undefined
  /** To the dead letters; undefined where they are off. */
  readonly dead: Courier | undefined

  constructor({ transport, inbox, dead, scheduler, clock, held, statistics, logger }: GivingUpOptions) {
    const courierTo = (topic: GroupTopic | undefined): Courier | undefined =>
      topic && new Courier({ transport, topic, logger })
    this.inbox = courierTo(inbox)
    this.dead = courierTo(dead)
    const needs = { park: scheduler.park.bind(scheduler), clock, statistics, logger }
    const end = this.dead === undefined ? hold({ held, ...needs }) : deadLetter({ courier: this.dead, ...needs })
    this.strategy = this.inbox === undefined ? end : later({ courier: this.inbox, ...needs }, end)
  }

  /** How many events are being written to either of them. */
  get waiting(): number {
    return (this.inbox?.waiting ?? 0) + (this.dead?.waiting ?? 0)
  }

  /** Resolves once nothing waits to be written. */
  async settled(): Promise<void> {
    await Promise.all([this.inbox?.settled(), this.dead?.settled()])
  }

  close(): void {
    this.inbox?.close()
    this.dead?.close()
  }
}
