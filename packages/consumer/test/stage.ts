import type { CommittedPosition, Logger, OutgoingMessage } from '@house-helper/events-core'
import { createMemoryTransport, type MemoryTransport } from '@house-helper/transport-memory'
import { afterEach, beforeEach } from 'vitest'
import { defineHandlers, type HandlerSet, type Handlers } from '../src/handlers.ts'
import { createSubscriber, type Subscriber, type SubscriberOptions } from '../src/subscriber.ts'
import { chores } from './domain.ts'
import { createTopic, publish } from './household.ts'

/** A line that a subscriber has logged. */
export interface Line {
  readonly level: string
  readonly fields: { readonly [name: string]: unknown }
  readonly message: string
}

/** The handler of `chore.started`. */
export type OnStarted = NonNullable<Handlers<typeof chores>['chore.started']>

/** A stage is a fresh broker in memory for each test, with the chores' topic of three partitions. */
export interface Stage {
  readonly transport: MemoryTransport
  readonly topic: string
  readonly lines: readonly Line[]
  /**
   * A subscriber of the group `helpers` that is closed after the test; quick where the defaults are slow, and without
   * dead letters unless told otherwise.
   */
  subscriberOn(options: Partial<SubscriberOptions> & Pick<SubscriberOptions, 'on'>): Subscriber
  /** The same, with a handler of `chore.started`. */
  subscriber(handler: OnStarted, options?: Partial<SubscriberOptions>): Subscriber
  /** Appends messages to the partitions of their keys. */
  send(messages: readonly OutgoingMessage[]): Promise<void>
  /** Appends messages to partition 0, whatever their keys. */
  sendToFirst(messages: readonly OutgoingMessage[]): Promise<void>
  /** What the group has committed for partition 0. */
  committed(): Promise<CommittedPosition | undefined>
  /** Commits for partition 0 as a member of the group would that is gone again. */
  commitAs(offset: number, metadata: string): Promise<void>
}

/** Makes the handlers of the chores' domain, as its package would. */
export function onChores(handlers: Handlers<typeof chores>): HandlerSet {
  return defineHandlers(chores, handlers)
}

/** Sets the stage for every test of a file. */
export function memoryStage(): Stage {
  let transport: MemoryTransport
  let topic: string
  let subscribers: Subscriber[]
  let lines: Line[]
  beforeEach(async () => {
    transport = createMemoryTransport()
    topic = await createTopic(transport, 'chores', 3)
    subscribers = []
    lines = []
  })
  afterEach(async () => {
    await Promise.all(subscribers.map((one) => one.close()))
    await transport.close()
  })
  const at =
    (level: string): Logger['info'] =>
    (fields, message) =>
      void lines.push({ level, fields: { ...fields }, message })
  const logger: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  function subscriberOn(options: Partial<SubscriberOptions> & Pick<SubscriberOptions, 'on'>): Subscriber {
    const retry = { attempts: 3, baseMs: 1, maxMs: 5 }
    const quick = { commitIntervalMs: 20, closeTimeoutMs: 400, retry, deadLetters: false }
    const made = createSubscriber({ groupId: 'helpers', transport, logger, ...quick, ...options })
    subscribers.push(made)
    return made
  }
  return {
    get transport() {
      return transport
    },
    get topic() {
      return topic
    },
    get lines() {
      return lines
    },
    subscriberOn,
    subscriber: (handler, options = {}) => subscriberOn({ on: [onChores({ 'chore.started': handler })], ...options }),
    send: (messages) => publish(transport, topic, messages, 3),
    async sendToFirst(messages) {
      await transport.sender.append({ topic, partition: 0, messages }, { timeoutMs: 1000 })
    },
    async committed() {
      const all = await transport.admin.committed('helpers', [topic])
      return all.find(({ partition }) => partition === 0)
    },
    commitAs: (offset, metadata) => commitAs(transport, { topic, partition: 0, offset, metadata }),
  }
}

async function commitAs(transport: MemoryTransport, position: CommittedPosition): Promise<void> {
  const receiver = transport.receiver({ groupId: 'helpers', topics: [position.topic] })
  await receiver.start({
    assigned: async () => [],
    rebalancing: async () => {},
    suspend: () => {},
    thaw: () => {},
    lost: () => {},
    batch: (batch) => batch.messages[0]?.offset ?? 0,
    fatal: () => {},
  })
  await receiver.commit([position])
  await receiver.stop({ timeoutMs: 100 })
}
