import { TransportError } from '@house-helper/events-core'
import { asIs } from '../wire/exchange.ts'
import { kafkaError } from '../wire/kafka-errors.ts'
import { untilDeadline, type Wire } from '../wire/wire.ts'

/** Which producer writes. Brokers recognise by it, and by the sequence, what they have already. */
export interface ProducerIdentity {
  readonly producerId: string
  readonly producerEpoch: number
}

/** One produce request: one batch for one topic-partition. */
export interface ProduceRequest {
  readonly topic: string
  readonly partition: number
  readonly recordBatch: Buffer
  readonly timeoutMs: number
  /** Called right before the request's bytes go out: from then on the batch may be written. */
  readonly onSending: () => void
}

interface ProduceAnswer {
  readonly topics: readonly {
    readonly topicName: string
    readonly partitions: readonly {
      readonly partition: number
      readonly errorCode: number
      readonly baseOffset: string
    }[]
  }[]
}

const ACKS_ALL = -1
const TRANSACTION_TIMEOUT_MS = 60_000

/** Asks for a producer id that nobody has used. */
export async function newProducerIdentity(
  wire: Wire,
  topic: string,
  partition: number,
  timeoutMs: number,
): Promise<ProducerIdentity> {
  // Asked of the partition's leader: so a missing topic is found before anything is sent.
  const target = { topic, partition }
  const args = { transactionTimeout: TRANSACTION_TIMEOUT_MS }
  const request = { target, api: 'InitProducerId', args, place: { ...target, right: 'Write' } } as const
  const ask = async (leftMs: number): Promise<unknown> => await wire.once(request, leftMs)
  // Brokers that have just started are loading; nothing is sent yet, so asking again does no harm.
  return (await untilDeadline(ask, timeoutMs, ({ code }) => code === 'PROTOCOL')) as ProducerIdentity
}

/** Sends one produce request; resolves with the base offset, once the answer names this very topic-partition. */
export async function produce(wire: Wire, request: ProduceRequest): Promise<number> {
  const { topic, partition, timeoutMs } = request
  const target = { topic, partition }
  const args = { acks: ACKS_ALL, timeout: Math.ceil(timeoutMs), topicData: [] }
  const answer = await wire.once(
    {
      target,
      api: 'Produce',
      args,
      place: { ...target, right: 'Write' },
      parse: parseAnswer(topic, partition),
      encode: async () => {
        request.onSending()
        return encodeProduce(request)
      },
    },
    timeoutMs,
  )
  return answer as number
}

/** An answer without this partition is no success, though clients take it for one and lose what was sent to it. */
function parseAnswer(topic: string, partition: number): (data: unknown) => Promise<unknown> {
  return async (data) => {
    const answer = (await asIs(data)) as ProduceAnswer
    const found = answer.topics
      .find(({ topicName }) => topicName === topic)
      ?.partitions.find((one) => one.partition === partition)
    if (found === undefined) {
      throw new TransportError('PROTOCOL', `The broker's answer does not name ${topic}/${partition}.`, {
        canRetry: true,
      })
    }
    if (found.errorCode !== 0) throw kafkaError(found.errorCode)
    return Number(found.baseOffset)
  }
}

/** Writes the body of a produce request, in the layout that versions 3 to 8 share. */
function encodeProduce({ topic, partition, recordBatch, timeoutMs }: ProduceRequest): Buffer {
  const name = Buffer.from(topic)
  const head = Buffer.allocUnsafe(26 + name.length)
  head.writeInt16BE(-1, 0)
  head.writeInt16BE(ACKS_ALL, 2)
  head.writeInt32BE(Math.ceil(timeoutMs), 4)
  head.writeInt32BE(1, 8)
  head.writeInt16BE(name.length, 12)
  name.copy(head, 14)
  const at = 14 + name.length
  head.writeInt32BE(1, at)
  head.writeInt32BE(partition, at + 4)
  head.writeInt32BE(recordBatch.length, at + 8)
  return Buffer.concat([head, recordBatch])
}
