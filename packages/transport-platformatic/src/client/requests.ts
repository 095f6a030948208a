import { type ApiName, NEWEST_FETCH } from '@house-helper/transport-kafka'
import type { Connection, Reader } from '@platformatic/kafka'
import type { ClientRequest } from './client-request.ts'
import { answerIn } from './failure.ts'
import type { Library } from './library.ts'
import { clusterRequests } from './requests-cluster.ts'
import { groupRequests } from './requests-group.ts'

/** Every request that a wire may send. Each has one version, which brokers know from Kafka 2.4 to 4. */
export function createRequests(library: Library): Readonly<Record<ApiName, ClientRequest>> {
  return {
    ...clusterRequests(library),
    ...groupRequests(library),
    Fetch: fetchRequest(library),
    Produce: produceRequest(library),
  }
}

interface FetchArgs {
  readonly maxWaitTime: number
  readonly minBytes: number
  readonly maxBytes: number
  readonly topics: readonly {
    readonly topic: string
    readonly partitions: readonly { partition: number; fetchOffset: string; maxBytes: number }[]
  }[]
}

const READ_COMMITTED = 1
const NO_SESSION = -1
const NO_EPOCH = -1

/** A fetch whose answer is read with the decoder that the caller gives: the library's own copies each record. */
function fetchRequest({ fetchV10 }: Library): ClientRequest {
  const { createRequest, api } = fetchV10
  return {
    key: api.key,
    version: NEWEST_FETCH,
    async send(connection, given, { decode }) {
      const { maxWaitTime, minBytes, maxBytes, topics } = given as FetchArgs
      const named = topics.map(({ topic, partitions }) => ({
        // Up to this version topics are named by their names.
        topicId: topic,
        partitions: partitions.map(({ partition, fetchOffset, maxBytes: partitionMaxBytes }) => ({
          ...{ partition, partitionMaxBytes, currentLeaderEpoch: NO_EPOCH, lastFetchedEpoch: NO_EPOCH },
          fetchOffset: BigInt(fetchOffset),
        })),
      }))
      const payload = () => createRequest(maxWaitTime, minBytes, maxBytes, READ_COMMITTED, 0, NO_SESSION, named, [], '')
      const body = await sent(connection, api, payload, bytesOf)
      return decode ? await decode(body, NEWEST_FETCH) : body
    },
  }
}

/** A produce request whose body the caller has written, idempotence included. */
function produceRequest({ produceV7, Writer }: Library): ClientRequest {
  const { parseResponse, api } = produceV7
  return {
    key: api.key,
    version: api.version,
    async send(connection, _args, { encode }) {
      const payload = async () => Writer.create().append((await encode?.()) ?? Buffer.alloc(0))
      const answer = sent(connection, api, payload, parseResponse).catch((error: unknown) => {
        const read = answerIn(error) as ReturnType<typeof parseResponse> | undefined
        if (read === undefined) throw error
        return read
      })
      return {
        topics: (await answer).responses.map(({ name, partitionResponses }) => ({
          topicName: name,
          partitions: partitionResponses.map(({ index, errorCode, baseOffset }) => ({
            ...{ partition: index, errorCode, baseOffset: String(baseOffset) },
          })),
        })),
      }
    },
  }
}

function sent<Answer>(
  connection: Connection,
  { key, version }: { readonly key: number; readonly version: number },
  payload: Parameters<Connection['send']>[2],
  parse: (correlationId: number, apiKey: number, apiVersion: number, reader: Reader) => Answer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    connection.send<Answer>(key, version, payload, parse, false, false, (error, answer) => {
      if (error) reject(error)
      else resolve(answer as Answer)
    })
  })
}

function bytesOf(_correlationId: number, _apiKey: number, _apiVersion: number, reader: Reader): Buffer {
  return reader.buffer.slice(reader.position)
}
