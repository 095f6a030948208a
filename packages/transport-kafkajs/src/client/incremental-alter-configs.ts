import type { ConfigChange, ConfigChangeAnswer } from '@house-helper/transport-kafka'
import type { EncodedRequest, ProtocolExchange, RequestDefinition } from './kafkajs-internals.ts'

const API_KEY = 44
const SET = 0

/**
 * The request IncrementalAlterConfigs, which kafkajs does not know, in the form of its own ones. Its AlterConfigs would
 * put every setting that is not named back to the default. Brokers know it since Kafka 2.3.
 *
 * Source: Kafka's IncrementalAlterConfigsRequest.json and IncrementalAlterConfigsResponse.json, version 0.
 */
export const incrementalAlterConfigs = {
  versions: ['0'],
  protocol:
    () =>
    ({ changes }: { changes: readonly ConfigChange[] }): Pick<ProtocolExchange, 'request' | 'response'> => ({
      request: {
        apiKey: API_KEY,
        apiName: 'IncrementalAlterConfigs',
        apiVersion: 0,
        encode: async () => encodeRequest(changes),
      },
      response: { decode: async (raw) => decodeAnswer(raw), parse: async (data) => data },
    }),
} satisfies RequestDefinition & { protocol: unknown }

function encodeRequest(changes: readonly ConfigChange[]): EncodedRequest {
  const forReal = Buffer.from([0])
  const buf = Buffer.concat([list(changes.map(encodeChange)), forReal])
  return { buf, buffer: buf }
}

function encodeChange({ type, name, settings }: ConfigChange): Buffer {
  const entries = Object.entries(settings).map(([setting, value]) =>
    Buffer.concat([text(setting), Buffer.from([SET]), text(value)]),
  )
  return Buffer.concat([Buffer.from([type]), text(name), list(entries)])
}

function list(items: readonly Buffer[]): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(items.length)
  return Buffer.concat([length, ...items])
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(2)
  length.writeInt16BE(bytes.length)
  return Buffer.concat([length, bytes])
}

function decodeAnswer(raw: Buffer): ConfigChangeAnswer {
  let at = 4
  const int16 = (): number => {
    at += 2
    return raw.readInt16BE(at - 2)
  }
  const nullableText = (): string | null => {
    const length = int16()
    if (length < 0) return null
    at += length
    return raw.subarray(at - length, at).toString('utf8')
  }
  const count = raw.readInt32BE(at)
  at += 4
  const resources = Array.from({ length: count }, () => {
    const answer = { errorCode: int16(), errorMessage: nullableText() }
    at += 1
    nullableText()
    return answer
  })
  return { resources }
}
