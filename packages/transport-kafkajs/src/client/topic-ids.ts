import type { Broker, EncodedRequest, ProtocolExchange } from './kafkajs-internals.ts'

const METADATA_KEY = 3
/** The version of the metadata request that is written here; brokers know it since Kafka 2.8. */
const METADATA_VERSION = 12
const NO_ID = Buffer.alloc(16)

/**
 * Asks a broker for the ids of topics, which kafkajs's requests are too old for; a missing topic is left out. Undefined
 * where the broker is too old itself.
 */
export async function readTopicIds(
  broker: Broker,
  topics: readonly string[],
): Promise<ReadonlyMap<string, string> | undefined> {
  const isSupported = broker.lookupRequest(METADATA_KEY, versionLookup)({}) as unknown as boolean
  if (!isSupported) return undefined
  const exchange: ProtocolExchange = {
    request: {
      apiKey: METADATA_KEY,
      apiName: 'Metadata',
      apiVersion: METADATA_VERSION,
      encode: async () => encodeRequest(topics),
    },
    response: { decode: async (raw) => topicIdsOf(raw), parse: async (data) => data },
  }
  return (await broker.connectionPool.send(exchange)) as ReadonlyMap<string, string>
}

/** In the form of kafkajs's own requests, so that it says which version both sides know. */
const versionLookup = {
  versions: [String(METADATA_VERSION)],
  protocol:
    ({ version }: { version: number }) =>
    () =>
      version === METADATA_VERSION,
}

/**
 * Writes the request's body. It begins with what belongs to the end of a flexible version's header: no tagged fields.
 *
 * Source: Kafka's MetadataRequest.json and RequestHeader.json.
 */
function encodeRequest(topics: readonly string[]): EncodedRequest {
  const noTags = Buffer.from([0])
  const named = topics.flatMap((topic) => {
    const name = Buffer.from(topic)
    return [NO_ID, unsigned(name.length + 1), name, noTags]
  })
  const noCreation = Buffer.from([0])
  const noOperations = Buffer.from([0])
  const body = Buffer.concat([noTags, unsigned(topics.length + 1), ...named, noCreation, noOperations, noTags])
  return { buf: body, buffer: body }
}

/** Reads the answer as far as it is about topics. Source: Kafka's MetadataResponse.json. */
function topicIdsOf(raw: Buffer): ReadonlyMap<string, string> {
  const reader = createReader(raw)
  reader.tags()
  reader.skip(4)
  reader.list(() => {
    reader.skip(4)
    reader.text()
    reader.skip(4)
    reader.text()
    reader.tags()
  })
  reader.text()
  reader.skip(4)
  const ids = new Map<string, string>()
  reader.list(() => {
    const errorCode = reader.int16()
    const name = reader.text()
    const id = reader.bytes(16)
    reader.skip(1)
    reader.list(() => {
      reader.skip(2 + 4 + 4 + 4)
      for (const _ of ['replicas', 'in sync', 'offline']) reader.list(() => reader.skip(4))
      reader.tags()
    })
    reader.skip(4)
    reader.tags()
    if (errorCode === 0 && name !== undefined && !id.equals(NO_ID)) ids.set(name, id.toString('base64url'))
  })
  return ids
}

/** Reads the compact forms of Kafka's flexible versions, one after the other. */
function createReader(raw: Buffer) {
  let at = 0
  const bytes = (length: number): Buffer => {
    const end = at + length
    if (end > raw.length) throw new RangeError('The broker’s answer about topics ends too early.')
    const read = raw.subarray(at, end)
    at = end
    return read
  }
  const varint = (): number => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes(1)[0] ?? 0
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
  }
  return {
    bytes,
    skip: (length: number) => void bytes(length),
    int16: () => bytes(2).readInt16BE(),
    text() {
      const length = varint()
      return length === 0 ? undefined : bytes(length - 1).toString('utf8')
    },
    list(each: () => void) {
      for (let left = varint(); left > 1; left--) each()
    },
    tags() {
      for (let left = varint(); left > 0; left--) {
        varint()
        bytes(varint())
      }
    },
  }
}

/** A number in seven bits a byte, the lowest first. */
function unsigned(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  return Buffer.from([...bytes, rest])
}
