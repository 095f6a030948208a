import { incrementalAlterConfigs } from './incremental-alter-configs.ts'
import {
  type Broker,
  type EncodedRequest,
  kafkajsInternals,
  type ProtocolExchange,
  type RequestDefinition,
} from './kafkajs-internals.ts'

/** How one request differs from what kafkajs would send or read. */
export interface ExchangeChanges {
  readonly encode?: () => Promise<EncodedRequest>
  readonly decode?: (raw: Buffer, apiVersion: number) => Promise<unknown>
  /** Reads kafkajs's decoded answer; without it, kafkajs throws on the first error code that it finds. */
  readonly parse?: (data: unknown) => Promise<unknown>
}

/** The requests that are used here, by kafkajs's names. */
export type ApiName =
  | 'CreateAcls'
  | 'CreatePartitions'
  | 'CreateTopics'
  | 'DescribeAcls'
  | 'DescribeConfigs'
  | 'DescribeGroups'
  | 'Fetch'
  | 'GroupCoordinator'
  | 'Heartbeat'
  | 'IncrementalAlterConfigs'
  | 'InitProducerId'
  | 'ListGroups'
  | 'ListOffsets'
  | 'Metadata'
  | 'OffsetCommit'
  | 'OffsetFetch'
  | 'Produce'

// From 11 on a broker that does not lead the partition answers, too: with what it has, which may end before what is
// acknowledged. Who asks one that led before would take that for the end of the partition.
const newestVersions: Partial<Record<ApiName, number>> = { Fetch: 10 }

/** Requests that kafkajs cannot write. */
const ownRequests: Partial<Record<ApiName, RequestDefinition>> = { IncrementalAlterConfigs: incrementalAlterConfigs }

/** Sends one request to a connected broker, in the newest version that both sides can use, and reads the answer. */
export async function exchange(
  broker: Broker,
  api: ApiName,
  args: object,
  changes: ExchangeChanges = {},
): Promise<unknown> {
  const { apiKeys, requests } = kafkajsInternals()
  const definition = ownRequests[api] ?? (requests[api] as RequestDefinition)
  const made = broker.lookupRequest(apiKeys[api] as number, usable(api, definition))(args)
  const { request, response } = made
  const decode = changes.decode
  const changed: ProtocolExchange = {
    ...made,
    request: { ...request, ...(changes.encode && { encode: changes.encode }) },
    response: {
      decode: decode ? (raw) => decode(raw, request.apiVersion) : response.decode,
      parse: changes.parse ?? response.parse,
    },
  }
  return await broker.connectionPool.send(changed)
}

/** Takes the answer as it is, error codes included. */
export const asIs = async (data: unknown): Promise<unknown> => data

function usable(api: ApiName, definition: RequestDefinition): RequestDefinition {
  const newest = newestVersions[api]
  if (newest === undefined) return definition
  return { ...definition, versions: definition.versions.filter((version) => Number(version) <= newest) }
}
