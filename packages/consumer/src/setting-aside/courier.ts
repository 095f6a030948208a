import { isHouseHelperError, type Logger, type OutgoingMessage, type Transport } from '@house-helper/events-core'

/** Bytes of a batch, at most; a message that is larger goes alone. */
const MAX_BATCH_BYTES = 256 * 1024
/** The deadline of one append, in milliseconds. */
const APPEND_TIMEOUT_MS = 15_000
/** The pause after a failure, in milliseconds: doubled each time from the first to the second. */
const BACKOFF_MS = { base: 50, max: 5000 }

/** A topic of a group's own: its inbox or its dead letters. */
export interface GroupTopic {
  readonly name: string
  readonly partitions: number
}

/** What a courier needs. */
export interface CourierOptions {
  readonly transport: Pick<Transport, 'sender' | 'partitioner'>
  readonly topic: GroupTopic
  readonly logger: Logger
}

/** A message that is being sent. */
export interface Parcel {
  /** Resolves once every in-sync replica has the message; never when it was called back before. Never rejects. */
  readonly sent: Promise<void>
  /** Nobody waits for it any more. It may have been written all the same. */
  readonly callBack: () => void
}

interface Waiting {
  readonly message: OutgoingMessage
  readonly bytes: number
  readonly resolve: () => void
  calledBack: boolean
}

/**
 * A courier appends messages to one of the group's own topics and does not give up: each is tried again until it is
 * acknowledged, called back, or the courier closes. One append is in flight for each partition.
 *
 * Its queues are bounded by its callers: each parcel is an event of a partition's window.
 */
export class Courier {
  readonly #options: CourierOptions
  readonly #queues = new Map<number, PartitionQueue>()

  constructor(options: CourierOptions) {
    this.#options = options
  }

  /** Why messages wait, or undefined while they are acknowledged. */
  get failure(): unknown {
    for (const { failure } of this.#queues.values()) if (failure !== undefined) return failure
    return undefined
  }

  /** How many messages are not acknowledged yet. */
  get waiting(): number {
    return [...this.#queues.values()].reduce((sum, { waiting }) => sum + waiting, 0)
  }

  get topic(): string {
    return this.#options.topic.name
  }

  /** Sends a message to the partition that a key belongs to. */
  send(key: string, message: OutgoingMessage): Parcel {
    const { transport, topic } = this.#options
    const partition = transport.partitioner(message.key ?? Buffer.from(key), topic.partitions)
    let queue = this.#queues.get(partition)
    if (queue === undefined) {
      queue = new PartitionQueue(this.#options, partition)
      this.#queues.set(partition, queue)
    }
    return queue.push(message)
  }

  /** Resolves once nothing waits. */
  async settled(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.settled()))
  }

  /** Lets go of everything that is not acknowledged. */
  close(): void {
    for (const queue of this.#queues.values()) queue.close()
  }
}

/** The messages for one partition. */
class PartitionQueue {
  readonly #options: CourierOptions
  readonly #partition: number
  #queue: Waiting[] = []
  #run: Promise<void> | undefined
  #closed = false
  #cut: (() => void) | undefined
  failure: unknown

  constructor(options: CourierOptions, partition: number) {
    this.#options = options
    this.#partition = partition
  }

  get waiting(): number {
    return this.#queue.length
  }

  push(message: OutgoingMessage): Parcel {
    const { promise: sent, resolve } = Promise.withResolvers<void>()
    const waiting: Waiting = { message, bytes: bytesOf(message), resolve, calledBack: false }
    this.#queue.push(waiting)
    this.#run ??= this.#work()
    const callBack = (): void => {
      waiting.calledBack = true
    }
    return { sent, callBack }
  }

  async settled(): Promise<void> {
    await this.#run
  }

  close(): void {
    this.#closed = true
    this.#cut?.()
  }

  async #work(): Promise<void> {
    // What fails in the same turn shares a batch.
    await Promise.resolve()
    let limitBytes = MAX_BATCH_BYTES
    while (!this.#closed) {
      this.#queue = this.#queue.filter(({ calledBack }) => !calledBack)
      const batch = this.#batch(limitBytes)
      if (batch.length === 0) break
      await this.#deliver(batch)
      // One by one, so that only what is too large waits.
      limitBytes = this.#tooLarge ? 0 : MAX_BATCH_BYTES
    }
    this.#run = undefined
    if (this.#queue.length === 0) this.failure = undefined
  }

  /** Appends the same batch again, of which the broker then keeps one copy, until it is written or too large. */
  async #deliver(batch: readonly Waiting[]): Promise<void> {
    for (let failures = 0; !this.#closed && !batch.every(({ calledBack }) => calledBack); failures++) {
      if (await this.#append(batch)) return
      if (this.#tooLarge && batch.length > 1) return
      await this.#pause(Math.min(BACKOFF_MS.max, BACKOFF_MS.base * 2 ** Math.min(failures, 16)))
      if (this.#tooLarge) {
        // Behind the others, until the topic takes it.
        this.#queue.push(...this.#queue.splice(0, 1))
        return
      }
    }
  }

  get #tooLarge(): boolean {
    return isHouseHelperError(this.failure, 'MESSAGE_TOO_LARGE')
  }

  #batch(limitBytes: number): readonly Waiting[] {
    let bytes = 0
    const end = this.#queue.findIndex((one) => {
      bytes += one.bytes
      return bytes > limitBytes
    })
    return this.#queue.slice(0, end < 0 ? undefined : Math.max(1, end))
  }

  async #append(batch: readonly Waiting[]): Promise<boolean> {
    const { transport, topic, logger } = this.#options
    const place = { topic: topic.name, partition: this.#partition }
    try {
      const messages = batch.map(({ message }) => message)
      await transport.sender.append({ ...place, messages }, { timeoutMs: APPEND_TIMEOUT_MS })
    } catch (error) {
      this.failure = error
      logger.error({ ...place, messages: batch.length, err: error }, 'Events cannot be set aside; their keys wait')
      return false
    }
    this.#queue.splice(0, batch.length)
    if (this.#queue.length === 0 || !this.#tooLarge) this.failure = undefined
    for (const { calledBack, resolve } of batch) if (!calledBack) resolve()
    return true
  }

  #pause(delayMs: number): Promise<void> {
    if (this.#closed) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, delayMs)
      this.#cut = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

function bytesOf({ key, value, headers = [] }: OutgoingMessage): number {
  const headerBytes = headers.reduce((sum, [name, bytes]) => sum + name.length + (bytes?.length ?? 0), 0)
  return (key?.length ?? 0) + (value?.length ?? 0) + headerBytes
}
