import { writeMemberMetadata } from '@house-helper/transport-kafka'
import { type Cluster, kafkajsInternals } from '../client/kafkajs-internals.ts'

/**
 * Makes kafkajs's round-robin assigner, with an announcement that all members and `describeGroup` can read. It keeps the
 * name and version of kafkajs's own, so that members of both kinds share a group. `onCluster` gets the consumer's cluster.
 */
export function announcingAssigner(announcement: Uint8Array, onCluster: (cluster: Cluster) => void) {
  const { roundRobin } = kafkajsInternals()
  return (config: { cluster: unknown; groupId: string; logger: unknown }) => {
    onCluster(config.cluster as Cluster)
    const assigner = roundRobin(config)
    return {
      name: assigner.name,
      version: assigner.version,
      assign: async (group: object) => await assigner.assign(group),
      protocol: ({ topics }: { topics: string[] }) => ({
        name: assigner.name,
        metadata: writeMemberMetadata({ topics, announcement }),
      }),
    }
  }
}
