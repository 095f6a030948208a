import type { Certificates } from './certificates.ts'

/** A name and password with which a client logs in, by PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512. */
export interface KafkaUser {
  name: string
  password: string
  /** May do everything, so that it can give rights to the others. Default: false, and no right but what an ACL gives. */
  isSuperUser?: boolean
}

/** What the broker asks of its clients. */
export interface KafkaSecurity {
  users: readonly KafkaUser[]
  /** Whether the broker asks for a client certificate too. Default: `none`. */
  clientCertificates?: 'none' | 'required'
}

/** All that a broker's server.properties depends on. */
export interface ServerSettings {
  logDir: string
  ports: { client: number; controller: number; proxied: number }
  /** What the second plain listener advertises; without it there is no such listener. */
  advertisedPort?: number | undefined
  security?: (KafkaSecurity & { certificates: Certificates; brokerPassword: string }) | undefined
  /** Any further settings of the broker. */
  properties?: Readonly<Record<string, string>> | undefined
}

/** The broker's own user, of which the controller and the broker are sure. */
const brokerUser = 'broker'

/** Writes a single node's server.properties: broker and controller in one process. */
export function serverProperties(settings: ServerSettings): string {
  const { ports, security, advertisedPort } = settings
  const client = security ? 'SECURE' : 'PLAIN'
  const listeners = [
    { name: client, protocol: security ? 'SASL_SSL' : 'PLAINTEXT', port: ports.client, advertised: ports.client },
    ...(advertisedPort === undefined
      ? []
      : [{ name: 'PROXIED', protocol: 'PLAINTEXT', port: ports.proxied, advertised: advertisedPort }]),
  ]
  const controller = { name: 'CONTROLLER', protocol: security ? 'SASL_PLAINTEXT' : 'PLAINTEXT', port: ports.controller }
  const properties: Record<string, string> = {
    ...singleNode,
    'log.dirs': settings.logDir,
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    'controller.listener.names': controller.name,
    'inter.broker.listener.name': client,
    listeners: [...listeners, controller].map(({ name, port }) => `${name}://127.0.0.1:${port}`).join(','),
    'advertised.listeners': listeners.map(({ name, advertised }) => `${name}://127.0.0.1:${advertised}`).join(','),
    'listener.security.protocol.map': [...listeners, controller].map((l) => `${l.name}:${l.protocol}`).join(','),
    ...(security ? securityProperties(security) : {}),
    ...settings.properties,
  }
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value.replaceAll('\\', '\\\\')}\n`)
    .join('')
}

const singleNode = {
  'process.roles': 'broker,controller',
  'node.id': '1',
  'auto.create.topics.enable': 'false',
  'group.initial.rebalance.delay.ms': '0',
  'default.replication.factor': '1',
  'offsets.topic.replication.factor': '1',
  // Each is a directory with files that the first group has to wait for.
  'offsets.topic.num.partitions': '5',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'transaction.state.log.num.partitions': '5',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
} as const

/** What `StorageTool format --add-scram` takes for each user, one a mechanism. */
export function scramCredentials(users: readonly KafkaUser[]): string[] {
  return users.flatMap(({ name, password }) =>
    ['SCRAM-SHA-256', 'SCRAM-SHA-512'].map((mechanism) => `${mechanism}=[name=${name},password=${password}]`),
  )
}

function securityProperties(security: NonNullable<ServerSettings['security']>): Record<string, string> {
  const { users, certificates, brokerPassword } = security
  const logins = [...users, { name: brokerUser, password: brokerPassword }]
  const plain = [
    'org.apache.kafka.common.security.plain.PlainLoginModule required',
    `username="${brokerUser}" password="${brokerPassword}"`,
    ...logins.map(({ name, password }) => `user_${name}="${password}"`),
  ].join(' ')
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;'
  const superUsers = [brokerUser, ...users.filter((user) => user.isSuperUser).map((user) => user.name)]
  return {
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': superUsers.map((name) => `User:${name}`).join(';'),
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    'sasl.mechanism.controller.protocol': 'PLAIN',
    'listener.name.controller.sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.secure.plain.sasl.jaas.config': `${plain};`,
    'listener.name.controller.plain.sasl.jaas.config': `${plain};`,
    'listener.name.secure.scram-sha-256.sasl.jaas.config': scram,
    'listener.name.secure.scram-sha-512.sasl.jaas.config': scram,
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': certificates.serverFile,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': certificates.caFile,
    // Without the listener's prefix Kafka ignores it where SASL is on.
    'listener.name.secure.ssl.client.auth': security.clientCertificates ?? 'none',
  }
}
