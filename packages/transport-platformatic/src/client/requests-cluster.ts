import type { ApiName, ConfigChange } from '@house-helper/transport-kafka'
import type { Acl, AclFilter } from '@platformatic/kafka'
import { type ClientRequest, translated } from './client-request.ts'
import type { Library } from './library.ts'

type ClusterApi = Extract<
  ApiName,
  | 'CreateAcls'
  | 'CreatePartitions'
  | 'CreateTopics'
  | 'DescribeAcls'
  | 'DescribeConfigs'
  | 'IncrementalAlterConfigs'
  | 'InitProducerId'
  | 'ListOffsets'
  | 'Metadata'
>

const NO_EPOCH = -1
const SET = 0

interface NewTopic {
  readonly topic: string
  readonly numPartitions: number
  readonly replicationFactor: number
  readonly configEntries: readonly { name: string; value: string }[]
}

interface OffsetsArgs {
  readonly replicaId: number
  readonly isolationLevel: number
  readonly topics: readonly {
    readonly topic: string
    readonly partitions: readonly { partition: number; timestamp: string }[]
  }[]
}

/** The requests about brokers, topics, positions and ACLs. */
export function clusterRequests(library: Library): Record<ClusterApi, ClientRequest> {
  return {
    ...aclRequests(library),
    ...topicRequests(library),
    InitProducerId: translated(
      library.initProducerIdV1.api,
      (ask, { transactionTimeout }: { transactionTimeout: number }) => ask(null, transactionTimeout, -1n, NO_EPOCH),
      ({ producerId, producerEpoch }) => ({ producerId: String(producerId), producerEpoch }),
    ),
    ListOffsets: translated(
      library.listOffsetsV4.api,
      (ask, { replicaId, isolationLevel, topics }: OffsetsArgs) =>
        ask(
          replicaId,
          isolationLevel as 0 | 1,
          topics.map(({ topic, partitions }) => ({
            name: topic,
            partitions: partitions.map(({ partition, timestamp }) => ({
              ...{ partitionIndex: partition, currentLeaderEpoch: NO_EPOCH, timestamp: BigInt(timestamp) },
            })),
          })),
        ),
      ({ topics }) => ({
        responses: topics.map(({ name, partitions }) => ({
          topic: name,
          partitions: partitions.map(({ partitionIndex, offset }) => ({
            ...{ partition: partitionIndex, offset: String(offset) },
          })),
        })),
      }),
    ),
    Metadata: translated(
      library.metadataV7.api,
      // To Kafka no list means all topics, and an empty one none.
      (ask, { topics }: { topics: readonly string[] }) => ask(topics.length === 0 ? null : [...topics], false, false),
      ({ brokers, clusterId, controllerId, topics }) => ({
        ...{ brokers, clusterId, controllerId },
        topicMetadata: topics.map(({ errorCode, name, isInternal, partitions }) => ({
          ...{ topicErrorCode: errorCode, topic: name, isInternal },
          partitionMetadata: partitions.map((partition) => ({
            partitionErrorCode: partition.errorCode,
            partitionId: partition.partitionIndex,
            leader: partition.leaderId,
            replicas: partition.replicaNodes,
          })),
        })),
      }),
    ),
  }
}

function topicRequests(library: Library) {
  return {
    CreateTopics: translated(
      library.createTopicsV4.api,
      (ask, { topics, timeout }: { topics: readonly NewTopic[]; timeout: number }) =>
        ask(
          topics.map(({ topic, numPartitions, replicationFactor, configEntries }) => ({
            ...{ name: topic, numPartitions, replicationFactor, assignments: [] },
            configs: [...configEntries],
          })),
          timeout,
          false,
        ),
      ({ topics }) => ({
        topicErrors: topics.map(({ name, errorCode, errorMessage }) => ({ topic: name, errorCode, errorMessage })),
      }),
    ),
    CreatePartitions: translated(
      library.createPartitionsV1.api,
      (ask, { topicPartitions, timeout }: { topicPartitions: { topic: string; count: number }[]; timeout: number }) =>
        ask(
          topicPartitions.map(({ topic, count }) => ({ name: topic, count, assignments: null })),
          timeout,
          false,
        ),
      ({ results }) => ({
        topicErrors: results.map(({ name, errorCode, errorMessage }) => ({ topic: name, errorCode, errorMessage })),
      }),
    ),
    DescribeConfigs: translated(
      library.describeConfigsV2.api,
      (ask, { resources }: { resources: readonly { type: number; name: string; configNames: string[] }[] }) =>
        ask(
          resources.map(({ type, name, configNames }) => ({
            ...{ resourceType: type as 2, resourceName: name, configurationKeys: configNames },
          })),
          false,
          false,
        ),
      ({ results }) => ({
        resources: results.map(({ configs }) => ({
          configEntries: configs.map(({ name, value }) => ({ configName: name, configValue: value ?? null })),
        })),
      }),
    ),
    IncrementalAlterConfigs: lenient(
      translated(
        library.incrementalAlterConfigsV0.api,
        (ask, { changes }: { changes: readonly ConfigChange[] }) =>
          ask(
            changes.map(({ type, name, settings }) => ({
              resourceType: type as 2,
              resourceName: name,
              configs: Object.entries(settings).map(([setting, value]) => ({
                ...{ name: setting, value, configOperation: SET as 0 },
              })),
            })),
            false,
          ),
        ({ responses }) => ({
          resources: responses.map(({ errorCode, errorMessage }) => ({ errorCode, errorMessage })),
        }),
      ),
    ),
  }
}

function aclRequests(library: Library) {
  return {
    CreateAcls: translated(
      library.createAclsV1.api,
      (ask, { creations }: { creations: readonly Acl[] }) => ask([...creations]),
      ({ results }) => ({ creationResponses: results }),
    ),
    DescribeAcls: translated(
      library.describeAclsV1.api,
      (ask, filter: AclFilter) => ask(filter),
      ({ resources }) => ({ resources }),
    ),
  }
}

/** The caller of this request always wants the error codes. */
function lenient(request: ClientRequest): ClientRequest {
  return {
    ...request,
    send: (connection, args, changes) => request.send(connection, args, { parse: async (read) => read, ...changes }),
  }
}
