import { type ApiName, type ExchangeChanges, NEWEST_FETCH } from '@house-helper/transport-kafka'
import { incrementalAlterConfigs } from './incremental-alter-configs.ts'
import {
  type Broker,
  type EncodedRequest,
  kafkajsInternals,
  type ProtocolExchange,
  type RequestDefinition,
} from './kafkajs-internals.ts'

const newestVersions: Partial<Record<ApiName, number>> = { Fetch: NEWEST_FETCH }

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
  const { decode, encode } = changes
  const changed: ProtocolExchange = {
    ...made,
    request: { ...request, ...(encode && { encode: async () => framed(await encode()) }) },
    response: {
      decode: decode ? (raw) => decode(raw, request.apiVersion) : response.decode,
      parse: changes.parse ?? response.parse,
    },
  }
  return await broker.connectionPool.send(changed)
}

/** Bytes in the form that kafkajs copies into a frame. */
function framed(body: Buffer): EncodedRequest {
  return { buf: body, buffer: body }
}

function usable(api: ApiName, definition: RequestDefinition): RequestDefinition {
  const newest = newestVersions[api]
  if (newest === undefined) return definition
  return { ...definition, versions: definition.versions.filter((version) => Number(version) <= newest) }
}
