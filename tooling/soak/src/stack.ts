import { createFaultProxy, type FaultProxy, kafkaProtocol, mongoProtocol } from '@house-helper/fault-proxy'
import { startKafka, startMongo } from '@house-helper/local-stack'
import { MongoClient } from 'mongodb'

/** How to reach a Kafka and a MongoDB: directly, as the soak does to count, and as the programs under test do. */
export interface Servers {
  readonly brokers: readonly string[]
  readonly mongodbUri: string
  /** What the programs under test are given: the same servers, behind proxies. */
  readonly tested: { readonly brokers: readonly string[]; readonly mongodbUri: string }
}

/** A Kafka and a MongoDB of the soak's own, with a fault proxy before each. */
export interface SoakStack extends Servers, AsyncDisposable {
  readonly kafkaProxy: FaultProxy
  readonly mongoProxy: FaultProxy
  close(): Promise<void>
}

/** How a soak's servers differ from those of a first start. */
export interface SoakStackOptions {
  /**
   * When MongoDB ends the transaction of a process that died, in seconds. Its own default is 60, which a run of a minute
   * would spend waiting. Default 5.
   */
  readonly transactionLifetimeSeconds?: number
  readonly kafkaHeapMb?: number
}

/** When the soak's MongoDB ends the transaction of a process that died, in seconds. */
export const DEFAULT_TRANSACTION_LIFETIME_S = 5

/** Starts the servers, then the proxies' targets. Nothing is left running when one of them fails. */
export async function startSoakStack(options: SoakStackOptions = {}): Promise<SoakStack> {
  const { transactionLifetimeSeconds = DEFAULT_TRANSACTION_LIFETIME_S, kafkaHeapMb = 768 } = options
  await using started = new AsyncDisposableStack()
  const kafkaProxy = started.use(await createFaultProxy({ protocol: kafkaProtocol }))
  const mongoProxy = started.use(await createFaultProxy({ protocol: mongoProtocol }))
  const properties = {
    // A soak produces for hours, and connects anew at every fault.
    'log.retention.ms': '-1',
    'group.min.session.timeout.ms': '500',
  }
  const [kafka, mongo] = await Promise.all([
    startKafka({ advertisedPort: kafkaProxy.port, heapMb: kafkaHeapMb, properties }).then((it) => started.use(it)),
    startMongo().then((it) => started.use(it)),
  ])
  kafkaProxy.target(kafka.proxiedPort ?? 0)
  mongoProxy.target(Number(new URL(mongo.uri).port))
  await limitTransactions(mongo.uri, transactionLifetimeSeconds)
  const owned = started.move()
  const close = () => owned.disposeAsync()
  return {
    brokers: kafka.brokers,
    mongodbUri: mongo.uri,
    tested: {
      brokers: [kafkaProxy.address],
      // One server by the proxy's address: its replica set would send clients past the proxy.
      mongodbUri: `mongodb://${mongoProxy.address}/?directConnection=true`,
    },
    kafkaProxy,
    mongoProxy,
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Sets how long a MongoDB lets a transaction live, in seconds. */
export async function limitTransactions(uri: string, seconds: number): Promise<void> {
  const client = await MongoClient.connect(uri)
  try {
    await client.db('admin').command({ setParameter: 1, transactionLifetimeLimitSeconds: seconds })
  } finally {
    await client.close()
  }
}
