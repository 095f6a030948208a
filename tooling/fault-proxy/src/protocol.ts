/** What the proxy has to know of a wire protocol: where a message ends, and what a request is called. */
export interface Protocol {
  /** The length of the message that begins the buffer, all of it; undefined while too few bytes are there to tell. */
  messageLength(buffer: Buffer): number | undefined
  /** What a request asks for: `Produce`, `insert`. */
  requestName(message: Buffer): string
}

/** Kafka: a 4-byte length, then a 2-byte API key. Answers come in the order of the requests of a connection. */
export const kafkaProtocol: Protocol = {
  messageLength: (buffer) => (buffer.length < 4 ? undefined : 4 + buffer.readInt32BE(0)),
  requestName: (message) => {
    const key = message.length < 6 ? -1 : message.readInt16BE(4)
    return kafkaApis[key] ?? `ApiKey${key}`
  },
}

/** MongoDB: a 4-byte length that counts itself, in a header of 16; an OP_MSG's first field is the command's name. */
export const mongoProtocol: Protocol = {
  messageLength: (buffer) => (buffer.length < 4 ? undefined : buffer.readInt32LE(0)),
  requestName: (message) => {
    const opMsg = 2013
    if (message.length < 27 || message.readInt32LE(12) !== opMsg) return 'legacy'
    // Header 16, flags 4, section kind 1, document length 4, element type 1: then the first field's name.
    const nameStart = 26
    return message.toString('utf8', nameStart, message.indexOf(0, nameStart))
  },
}

/** The collection that a MongoDB request is about; undefined where it is about none. */
export function mongoCollection(message: Buffer): string | undefined {
  const string = 2
  const typeAt = 25
  const nameStart = 26
  const lengthStart = message.indexOf(0, nameStart) + 1
  if (message.length < lengthStart + 5 || message[typeAt] !== string) return undefined
  return message.toString('utf8', lengthStart + 4, message.indexOf(0, lengthStart + 4))
}

// Source: org.apache.kafka.common.protocol.ApiKeys.
const kafkaApis: Readonly<Record<number, string>> = {
  0: 'Produce',
  1: 'Fetch',
  2: 'ListOffsets',
  3: 'Metadata',
  8: 'OffsetCommit',
  9: 'OffsetFetch',
  10: 'FindCoordinator',
  11: 'JoinGroup',
  12: 'Heartbeat',
  13: 'LeaveGroup',
  14: 'SyncGroup',
  15: 'DescribeGroups',
  16: 'ListGroups',
  17: 'SaslHandshake',
  18: 'ApiVersions',
  19: 'CreateTopics',
  20: 'DeleteTopics',
  21: 'DeleteRecords',
  22: 'InitProducerId',
  32: 'DescribeConfigs',
  36: 'SaslAuthenticate',
}
