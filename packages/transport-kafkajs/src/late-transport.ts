import { type Admin, partitioners, type Receiver, type Transport } from '@house-helper/events-core'
import { type ConnectionSettings, closedError } from '@house-helper/transport-kafka'

/**
 * Makes a Transport of one whose client is loaded only now, so that nobody has to wait for it who does not use it. What
 * is asked of it waits; where it cannot be loaded, everything rejects with the reason.
 */
export function createLateTransport(settings: ConnectionSettings, load: () => Promise<Transport>): Transport {
  let isClosed = false
  const loading = load()
  // Whoever uses it hears of a failure.
  loading.catch(() => {})

  const transport: Transport = {
    name: settings.kafkaClient,
    topicPrefix: settings.topicPrefix,
    partitioner: partitioners[settings.partitioner],
    sender: { append: async (batch, options) => await (await loading).sender.append(batch, options) },
    admin: lateAdmin(loading),
    receiver(options) {
      if (isClosed) throw closedError()
      return lateReceiver(loading.then((made) => made.receiver(options)))
    },
    read: async (from, options) => await (await loading).read(from, options),
    async close() {
      isClosed = true
      const made = await loading.catch(() => undefined)
      await made?.close()
    },
    [Symbol.asyncDispose]: () => transport.close(),
  }
  return transport
}

function lateAdmin(loading: Promise<Transport>): Admin {
  const admin = async (): Promise<Admin> => (await loading).admin
  return {
    clusterId: async () => await (await admin()).clusterId(),
    describeTopics: async (names) => await (await admin()).describeTopics(names),
    topicIds: async (names) => await (await admin()).topicIds(names),
    topicConfig: async (topic, settings) => await (await admin()).topicConfig(topic, settings),
    alterTopicConfig: async (topic, config) => await (await admin()).alterTopicConfig(topic, config),
    createTopics: async (topics) => await (await admin()).createTopics(topics),
    addPartitions: async (topic, count) => await (await admin()).addPartitions(topic, count),
    ranges: async (topics) => await (await admin()).ranges(topics),
    committed: async (groupId, topics) => await (await admin()).committed(groupId, topics),
    groupIds: async () => await (await admin()).groupIds(),
    describeGroup: async (groupId) => await (await admin()).describeGroup(groupId),
    acls: async () => await (await admin()).acls(),
    createAcls: async (acls) => await (await admin()).createAcls(acls),
  }
}

function lateReceiver(making: Promise<Receiver>): Receiver {
  let made: Receiver | undefined
  making.then(
    (receiver) => {
      made = receiver
    },
    // Whoever starts it hears of the failure.
    () => {},
  )
  return {
    start: async (listener) => await (await making).start(listener),
    commit: async (positions) => await (await making).commit(positions),
    // Before it is made nothing is assigned, so there is nothing to hold or to let go.
    pause: (partitions) => made?.pause(partitions),
    resume: (partitions) => made?.resume(partitions),
    async stop(options) {
      const receiver = await making.catch(() => undefined)
      await receiver?.stop(options)
    },
  }
}
