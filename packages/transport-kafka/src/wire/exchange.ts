/** How one request differs from what the client would send or read by itself. */
export interface ExchangeChanges {
  /** Writes the request's body. */
  readonly encode?: () => Promise<Buffer>
  /** Reads the body of the answer. */
  readonly decode?: (raw: Buffer, apiVersion: number) => Promise<unknown>
  /** Reads the decoded answer; without it, the first error code that is found in it is thrown. */
  readonly parse?: (data: unknown) => Promise<unknown>
}

/**
 * The requests that are used here. Arguments and answers have the form that kafkajs gives them; a client with another
 * one translates.
 */
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
  | 'JoinGroup'
  | 'LeaveGroup'
  | 'ListGroups'
  | 'ListOffsets'
  | 'Metadata'
  | 'OffsetCommit'
  | 'OffsetFetch'
  | 'Produce'
  | 'SyncGroup'

/** Settings of one resource to be set; those that are not named stay as they are. */
export interface ConfigChange {
  /** Kafka's number of the kind of resource: 2 is a topic. */
  readonly type: number
  readonly name: string
  readonly settings: Readonly<Record<string, string>>
}

/** What a broker answers about each resource. */
export interface ConfigChangeAnswer {
  readonly resources: readonly { readonly errorCode: number; readonly errorMessage: string | null }[]
}

/**
 * The newest version of Fetch that may be asked for. From 11 on a broker that does not lead the partition answers, too:
 * with what it has, which may end before what is acknowledged. Who asks one that led before would take that for the end
 * of the partition.
 */
export const NEWEST_FETCH = 10

/** Takes the answer as it is, error codes included. */
export const asIs = async (data: unknown): Promise<unknown> => data
